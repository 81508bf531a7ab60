package dev.serin.modelserver.backend.tensorflow;

import dev.serin.inference.ServingException;
import dev.serin.inference.StatusCode;

import java.lang.foreign.MemorySegment;

/// Where a call into TensorFlow says how it went. Owned by one thread; close it.
final class TensorFlowStatus implements AutoCloseable {
    private final TensorFlowLibrary library;
    final MemorySegment address;

    TensorFlowStatus(TensorFlowLibrary library) {
        this.library = library;
        this.address = Native.address(() -> (MemorySegment) library.newStatus.invokeExact());
    }

    /// @throws ServingException with TensorFlow's code and words if the last call failed
    void check() {
        int code = Native.number(() -> (int) library.statusCode.invokeExact(address));
        if (code != 0) {
            var text =
                    Native.address(
                            () -> (MemorySegment) library.statusMessage.invokeExact(address));
            throw new ServingException(StatusCode.of(code), Native.text(text));
        }
    }

    @Override
    public void close() {
        Native.call(() -> {
            library.deleteStatus.invokeExact(address);
        });
    }
}
