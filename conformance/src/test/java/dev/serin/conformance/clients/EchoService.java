package dev.serin.conformance.clients;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/// A gRPC service `serin.Echo` of octets, with one method of each kind.
///
/// `Unary` answers what it got; `status:N` ends with that status before anything else. `Server`
/// gets `COUNT SIZE` and sends so many messages; `Client` answers how many octets came; `Both`
/// answers each message with itself, and ends with ABORTED after `abort`; `Never` does not answer.
final class EchoService {
    static final Metadata.Key<String> SAY =
            Metadata.Key.of("x-say", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> OCTETS =
            Metadata.Key.of("x-octets-bin", Metadata.BINARY_BYTE_MARSHALLER);
    static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> SERVER =
            method("Server", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<byte[], byte[]> CLIENT =
            method("Client", MethodType.CLIENT_STREAMING);
    static final MethodDescriptor<byte[], byte[]> BOTH = method("Both", MethodType.BIDI_STREAMING);
    static final MethodDescriptor<byte[], byte[]> NEVER = method("Never", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> UNKNOWN = method("Unknown", MethodType.UNARY);

    /// Calls of `Never` that the server learnt the end of.
    final AtomicInteger cancelled = new AtomicInteger();

    /// Messages that `Server` has handed to its transport.
    final AtomicInteger sent = new AtomicInteger();

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName("serin.Echo/" + name)
                .setRequestMarshaller(new Octets())
                .setResponseMarshaller(new Octets())
                .build();
    }

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder("serin.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(EchoService::unary))
                .addMethod(SERVER, ServerCalls.asyncServerStreamingCall(this::many))
                .addMethod(CLIENT, ServerCalls.asyncClientStreamingCall(EchoService::counted))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(EchoService::both))
                .addMethod(NEVER, ServerCalls.asyncUnaryCall(this::never))
                .build();
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static void unary(byte[] request, StreamObserver<byte[]> answers) {
        if (text(request).startsWith("status:")) {
            var trailers = new Metadata();
            trailers.put(SAY, "why");
            trailers.put(OCTETS, new byte[] {0, 1, (byte) 255});
            var code = Integer.parseInt(text(request).substring(7));
            answers.onError(
                    Status.fromCodeValue(code)
                            .withDescription("as asked: 100% \u00e4")
                            .asRuntimeException(trailers));
            return;
        }
        answers.onNext(request);
        answers.onCompleted();
    }

    private void many(byte[] request, StreamObserver<byte[]> observer) {
        var words = text(request).split(" ");
        var count = Integer.parseInt(words[0]);
        var message = new byte[Integer.parseInt(words[1])];
        var answers = (ServerCallStreamObserver<byte[]>) observer;
        var left = new AtomicInteger(count);
        answers.setOnReadyHandler(() -> {
            while (answers.isReady() && left.get() > 0) {
                sent.incrementAndGet();
                answers.onNext(message);
                if (left.decrementAndGet() == 0) {
                    answers.onCompleted();
                }
            }
        });
    }

    private static StreamObserver<byte[]> counted(StreamObserver<byte[]> answers) {
        return new StreamObserver<>() {
            private long octets;

            @Override
            public void onNext(byte[] message) {
                octets += message.length;
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {
                answers.onNext(EchoService.octets(Long.toString(octets)));
                answers.onCompleted();
            }
        };
    }

    private static StreamObserver<byte[]> both(StreamObserver<byte[]> answers) {
        return new StreamObserver<>() {
            private boolean aborted;

            @Override
            public void onNext(byte[] message) {
                if (text(message).equals("abort")) {
                    aborted = true;
                    answers.onError(Status.ABORTED.withDescription("asked").asRuntimeException());
                } else {
                    answers.onNext(message);
                }
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {
                if (!aborted) {
                    answers.onCompleted();
                }
            }
        };
    }

    private void never(byte[] request, StreamObserver<byte[]> answers) {
        Context.current().addListener(_ -> cancelled.incrementAndGet(), Runnable::run);
    }

    /// Octets as they are.
    private record Octets() implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
