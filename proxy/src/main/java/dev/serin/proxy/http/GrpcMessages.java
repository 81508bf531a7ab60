package dev.serin.proxy.http;

import dev.serin.proxy.stream.Slot;

/// How many gRPC messages passed on one stream, each way. Left by the filter that counts them; the
/// stream's event loop owns it.
public final class GrpcMessages {
    public static final Slot<GrpcMessages> SLOT = new Slot<>(GrpcMessages.class, "grpc-messages");

    private long requests;
    private long responses;

    public void requests(long more) {
        requests += more;
    }

    public void responses(long more) {
        responses += more;
    }

    public long requests() {
        return requests;
    }

    public long responses() {
        return responses;
    }
}
