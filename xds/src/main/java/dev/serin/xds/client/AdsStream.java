package dev.serin.xds.client;

import dev.serin.base.lifecycle.LeftOver;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// One connection with one stream on it. Takes the next response when the last was handled, so that
/// a server cannot fill our memory. Owner thread, but for gRPC's own calls.
///
/// @param <Q> requests on the wire
/// @param <A> responses on the wire
final class AdsStream<Q, A> {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Executor owner;
    private final Watcher watcher;
    private final ManagedChannel channel;
    private final Dialect<Q, A> dialect;
    private final ClientCall<Q, A> call;
    private final Metadata headers = new Metadata();
    private final LeftOver.Held held;

    AdsStream(Transport transport, Dialect<Q, A> dialect, Executor owner, Watcher watcher)
            throws IOException {
        this.dialect = dialect;
        this.owner = owner;
        this.watcher = watcher;
        var token = transport.token();
        if (token != null) {
            headers.put(AUTHORIZATION, "Bearer " + token);
        }
        channel = transport.open();
        call = channel.newCall(dialect.method(), CallOptions.DEFAULT);
        held = LeftOver.hold("ads stream", transport.address());
    }

    void start() {
        call.start(new Events(), headers);
        call.request(1);
        watcher.ready(this);
    }

    boolean isReady() {
        return call.isReady();
    }

    void send(DeltaDiscoveryRequest request) {
        call.sendMessage(dialect.request(request));
    }

    void close() {
        held.release();
        call.cancel("closed", null);
        channel.shutdownNow();
    }

    private void tell(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            // The owner has ended, so nobody wants to know.
        }
    }

    private final class Events extends ClientCall.Listener<A> {
        @Override
        public void onReady() {
            tell(() -> watcher.ready(AdsStream.this));
        }

        @Override
        public void onMessage(A response) {
            tell(() -> {
                watcher.response(AdsStream.this, dialect.response(response));
                call.request(1);
            });
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            tell(() -> watcher.ended(AdsStream.this, words(status)));
        }
    }

    private static String words(Status status) {
        if (status.isOk()) {
            return "the server ended the stream";
        }
        var text = new StringBuilder(status.getCode().name());
        if (status.getDescription() != null) {
            text.append(": ").append(status.getDescription());
        }
        for (var cause = status.getCause(); cause != null; cause = cause.getCause()) {
            text.append(": ").append(cause.getMessage());
        }
        return text.toString();
    }

    /// Is told of the stream, on the owner.
    interface Watcher {
        void ready(AdsStream<?, ?> from);

        void response(AdsStream<?, ?> from, DeltaDiscoveryResponse response);

        void ended(AdsStream<?, ?> from, String why);
    }
}
