package dev.serin.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

import java.util.ArrayList;
import java.util.List;

/// The promises of writers whose octets go out in one buffer. The connection's event loop only.
final class Promises {
    private List<ChannelPromise> promises = List.of();

    void add(ChannelPromise promise) {
        if (promise.isVoid()) {
            return;
        }
        if (promises.isEmpty()) {
            promises = new ArrayList<>(2);
        }
        promises.add(promise);
    }

    /// Writes the buffer; its fate is theirs.
    void write(ChannelHandlerContext to, ByteBuf out) {
        if (promises.isEmpty()) {
            to.write(out, to.voidPromise());
        } else if (promises.size() == 1) {
            to.write(out, promises.getFirst());
        } else {
            to.write(out)
                    .addListener(future -> {
                        for (var promise : promises) {
                            if (future.isSuccess()) {
                                promise.trySuccess();
                            } else {
                                promise.tryFailure(future.cause());
                            }
                        }
                    });
        }
    }
}
