package dev.serin.local.node.probe;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// One question of the gRPC health checking protocol, over HTTP/2 without TLS, on a connection of
/// its own: as the kubelet's, which asks whether new connections are taken too.
///
/// @param service empty for the server as a whole
record GrpcHealth(String host, int port, String service, Duration timeout) {
    private static final int SERVING = 1;
    private static final String[] STATES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    private static final MethodDescriptor<byte[], byte[]> CHECK =
            MethodDescriptor.newBuilder(new Octets(), new Octets())
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .build();

    /// Asks; blocks up to the timeout.
    ///
    /// @return null if it serves, else why not, in the kubelet's words
    @Nullable String ask() {
        var channel =
                NettyChannelBuilder.forAddress(host, port)
                        .usePlaintext()
                        .userAgent("kube-probe/1.34")
                        .build();
        try {
            var options =
                    CallOptions.DEFAULT.withDeadlineAfter(
                            timeout.toMillis(), TimeUnit.MILLISECONDS);
            var state =
                    state(ClientCalls.blockingUnaryCall(channel, CHECK, options, request(service)));
            return state == SERVING
                    ? null
                    : "service unhealthy (responded with \""
                            + (state < STATES.length ? STATES[state] : "" + state)
                            + "\")";
        } catch (StatusRuntimeException e) {
            return words(e.getStatus());
        } catch (IOException e) {
            return "error: health rpc answered what is no health: " + e.getMessage();
        } finally {
            channel.shutdownNow();
        }
    }

    private String words(Status status) {
        return switch (status.getCode()) {
            case UNIMPLEMENTED ->
                    "error: this server does not implement the grpc health protocol"
                            + " (grpc.health.v1.Health): "
                            + status.getDescription();
            case UNAVAILABLE, DEADLINE_EXCEEDED ->
                    "timeout: failed to connect service \""
                            + host
                            + ":"
                            + port
                            + "\" within "
                            + timeout.toSeconds()
                            + "s: "
                            + (status.getCode() == Status.Code.UNAVAILABLE
                                    ? "connection error: " + cause(status)
                                    : "context deadline exceeded");
            default ->
                    "error: health rpc probe failed: rpc error: code = "
                            + status.getCode()
                            + " desc = "
                            + status.getDescription();
        };
    }

    private static String cause(Status status) {
        var cause = status.getCause();
        return String.valueOf(cause == null ? status.getDescription() : cause.getMessage());
    }

    // HealthCheckRequest and HealthCheckResponse have one field each, number 1.
    private static byte[] request(String service) throws IOException {
        var octets = new ByteArrayOutputStream();
        if (!service.isEmpty()) {
            var out = CodedOutputStream.newInstance(octets);
            out.writeString(1, service);
            out.flush();
        }
        return octets.toByteArray();
    }

    private static int state(byte[] answer) throws IOException {
        var in = CodedInputStream.newInstance(answer);
        var state = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == 8) {
                state = in.readEnum();
            } else {
                in.skipField(tag);
            }
        }
        return Math.max(0, state);
    }

    /// Messages as the octets that they are.
    private static final class Octets implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
