package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// gRPC through the proxy, between grpc-java's own client and server.
@ExtendWith(NothingLeft.class)
class GrpcPathTest {
    private static final MethodDescriptor.Marshaller<String> TEXT =
            new MethodDescriptor.Marshaller<>() {
                @Override
                public InputStream stream(String text) {
                    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
                }

                @Override
                public String parse(InputStream stream) {
                    try {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
    private static final MethodDescriptor<String, String> SAY = method("Say", MethodType.UNARY);
    private static final MethodDescriptor<String, String> TALK =
            method("Talk", MethodType.BIDI_STREAMING);
    private static final MethodDescriptor<String, String> NOWHERE =
            MethodDescriptor.newBuilder(TEXT, TEXT)
                    .setType(MethodType.UNARY)
                    .setFullMethodName("t.Nowhere/Say")
                    .build();

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(TEXT, TEXT)
                .setType(type)
                .setFullMethodName("t.Echo/" + name)
                .build();
    }

    private static Server server() throws IOException {
        var service =
                ServerServiceDefinition.builder("t.Echo")
                        .addMethod(SAY, ServerCalls.asyncUnaryCall(GrpcPathTest::say))
                        .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(GrpcPathTest::talk))
                        .build();
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .build()
                .start();
    }

    private static void say(String asked, StreamObserver<String> answer) {
        if (asked.startsWith("fail")) {
            var trailers = new Metadata();
            trailers.put(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER), "because");
            answer.onError(
                    Status.FAILED_PRECONDITION
                            .withDescription("no: é")
                            .asRuntimeException(trailers));
            return;
        }
        answer.onNext("hello " + asked);
        answer.onCompleted();
    }

    private static StreamObserver<String> talk(StreamObserver<String> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String said) {
                answer.onNext(said + "!");
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private static final class Heard implements StreamObserver<String> {
        final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        @Override
        public void onNext(String said) {
            all.add(said);
        }

        @Override
        public void onError(Throwable cause) {
            all.add("error " + Status.fromThrowable(cause).getCode());
        }

        @Override
        public void onCompleted() {
            all.add("end");
        }

        String next() throws InterruptedException {
            return all.poll(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void callsPassWithTheirTrailers() throws Exception {
        var server = server();
        try (var rig = new Rig(new ScriptedDraws(1))) {
            rig.apply(
                    Rig.cluster("echo", Http2PathTest.HTTP2, server.getPort()),
                    Rig.cluster("refused", Http2PathTest.HTTP2, Origin.refusing()));
            rig.apply(
                    Rig.routes(
                            """
                            - match: {prefix: "/t.Nowhere/"}
                              route: {cluster: refused}
                            - match: {prefix: "/t.Echo/"}
                              route: {cluster: echo, timeout: 0s}
                            """),
                    Rig.http());
            var channel =
                    NettyChannelBuilder.forAddress("127.0.0.1", rig.port("main"))
                            .usePlaintext()
                            .build();
            try {
                unary(rig, channel);
                streaming(channel);
                repliesOfTheProxy(channel);
            } finally {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        } finally {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static void unary(Rig rig, ManagedChannel channel) {
        var large = "x".repeat(1_000_000);
        var usual = CallOptions.DEFAULT;
        assertEquals("hello you", ClientCalls.blockingUnaryCall(channel, SAY, usual, "you"));
        assertEquals("hello " + large, ClientCalls.blockingUnaryCall(channel, SAY, usual, large));
        var refused =
                assertThrows(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(channel, SAY, usual, "fail"));
        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getStatus().getCode());
        assertEquals("no: é", refused.getStatus().getDescription());
        assertEquals(
                "because",
                refused.getTrailers()
                        .get(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER)));
        assertEquals("0", rig.end().responseTrailers().get("grpc-status"));
        rig.end();
        var end = rig.end();
        assertEquals(200, end.status());
        assertEquals("9", end.response().get("grpc-status"), "in the head: there was no body");
    }

    private static void streaming(ManagedChannel channel) throws InterruptedException {
        var heard = new Heard();
        var call = channel.newCall(TALK, CallOptions.DEFAULT);
        var say = ClientCalls.asyncBidiStreamingCall(call, heard);
        for (var i = 0; i < 5; i++) { // each is answered before the next is said
            say.onNext("word " + i);
            assertEquals("word " + i + "!", heard.next());
        }
        say.onCompleted();
        assertEquals("end", heard.next());

        var cut = new Heard();
        var other = channel.newCall(TALK, CallOptions.DEFAULT);
        ClientCalls.asyncBidiStreamingCall(other, cut).onNext("a");
        assertEquals("a!", cut.next());
        other.cancel("enough", null);
        assertEquals("error CANCELLED", cut.next());
    }

    private static void repliesOfTheProxy(ManagedChannel channel) {
        var refused =
                assertThrows(
                        StatusRuntimeException.class,
                        () ->
                                ClientCalls.blockingUnaryCall(
                                        channel, NOWHERE, CallOptions.DEFAULT, "x"));
        assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
        assertTrue(
                refused.getStatus().getDescription().contains("remote connection failure"),
                refused.getStatus().getDescription());
        var late = CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.NANOSECONDS);
        var expired =
                assertThrows(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(channel, SAY, late, "x"));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, expired.getStatus().getCode());
    }
}
