package dev.serin.local.dns;

import io.netty.buffer.ByteBuf;

import java.util.concurrent.CompletionStage;

/// Who answers for names outside of the cluster.
public interface Upstream {
    /// Passes a query on as it is. Must not block; completes exceptionally when nobody answers.
    ///
    /// @param query belongs to the callee, who releases it
    /// @return the answer's packet, which belongs to the caller
    CompletionStage<ByteBuf> ask(ByteBuf query);
}
