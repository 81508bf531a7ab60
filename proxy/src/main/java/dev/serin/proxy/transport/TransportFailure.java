package dev.serin.proxy.transport;

import java.io.IOException;

/// Why a connection was made but cannot carry anything, in the words of
/// `%UPSTREAM_TRANSPORT_FAILURE_REASON%`; empty if the other end just closed it.
public final class TransportFailure extends IOException {
    private static final long serialVersionUID = 1;

    public TransportFailure(String reason) {
        super(reason);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
