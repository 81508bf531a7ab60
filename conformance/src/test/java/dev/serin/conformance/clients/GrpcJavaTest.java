package dev.serin.conformance.clients;

import static dev.serin.conformance.clients.EchoService.octets;
import static dev.serin.conformance.clients.EchoService.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Eventually;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// grpc-java on both sides of our proxy.
@Tag("peers")
class GrpcJavaTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final CallOptions USUAL = CallOptions.DEFAULT;

    private static EchoBehind echo;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        echo = new EchoBehind();
        channel = echo.plain();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        echo.close();
    }

    private static byte[] unary(byte[] request) {
        return ClientCalls.blockingUnaryCall(
                channel, EchoService.UNARY, USUAL.withDeadlineAfter(20, TimeUnit.SECONDS), request);
    }

    private static Status.Code failure(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(StatusRuntimeException.class, call).getStatus().getCode();
    }

    @Test
    void unary() {
        assertEquals("hello", text(unary(octets("hello"))));
        assertEquals("", text(unary(new byte[0])));
    }

    @Test
    void largeMessagesBothWays() {
        var large = new byte[10_000_000];
        large[9_999_999] = 1;
        assertArrayEquals(large, unary(large));
    }

    @Test
    void compressed() {
        var answer =
                ClientCalls.blockingUnaryCall(
                        channel,
                        EchoService.UNARY,
                        USUAL.withCompression("gzip"),
                        new byte[100_000]);
        assertEquals(100_000, answer.length);
    }

    @Test
    void overTls() throws Exception {
        var secure = echo.overTls();
        var answer =
                ClientCalls.blockingUnaryCall(secure, EchoService.UNARY, USUAL, octets("secret"));
        assertEquals("secret", text(answer));
        secure.shutdownNow();
    }

    @Test
    void serverStreams() {
        var count = new AtomicInteger();
        ClientCalls.blockingServerStreamingCall(
                        channel, EchoService.SERVER, USUAL, octets("3000 100"))
                .forEachRemaining(m -> count.addAndGet(m.length));
        assertEquals(300_000, count.get());
    }

    /// A client that does not read holds the server up, through the proxy.
    @Test
    void slowReaderHoldsTheServerUp() {
        echo.service.sent.set(0);
        var answers =
                ClientCalls.blockingServerStreamingCall(
                        channel, EchoService.SERVER, USUAL, octets("2000 65536"));
        assertEquals(65536, answers.next().length);
        var before = new AtomicInteger(-1);
        // at rest: the same number twice, half a second apart
        var atRest =
                Eventually.poll(
                        BOUND,
                        () -> {
                            LockSupport.parkNanos(500_000_000);
                            var now = echo.service.sent.get();
                            return before.getAndSet(now) == now;
                        },
                        rest -> rest);
        assertTrue(atRest);
        assertTrue(echo.service.sent.get() < 500, () -> "sent: " + echo.service.sent);
        var rest = new AtomicInteger(1);
        answers.forEachRemaining(_ -> rest.incrementAndGet());
        assertEquals(2000, rest.get());
    }

    @Test
    void clientStreams() throws Exception {
        var answer = new Collected();
        var request =
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(EchoService.CLIENT, USUAL), answer);
        for (var i = 0; i < 500; i++) {
            request.onNext(new byte[1000]);
        }
        request.onCompleted();
        assertEquals("500000", answer.next());
        assertEquals(Status.Code.OK, answer.ended());
    }

    /// Each message is answered before the next is sent: nothing waits for a body's end.
    @Test
    void bothStream() throws Exception {
        var answers = new Collected();
        var request =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(EchoService.BOTH, USUAL), answers);
        for (var i = 0; i < 200; i++) {
            request.onNext(octets("message " + i));
            assertEquals("message " + i, answers.next());
        }
        request.onCompleted();
        assertEquals(Status.Code.OK, answers.ended());
    }

    @Test
    void errorAfterMessages() throws Exception {
        var answers = new Collected();
        var request =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(EchoService.BOTH, USUAL), answers);
        request.onNext(octets("one"));
        assertEquals("one", answers.next());
        request.onNext(octets("abort"));
        assertEquals(Status.Code.ABORTED, answers.ended());
    }

    /// Status, text and trailers of an answer that has no head of its own.
    @Test
    void trailersOnly() {
        for (var code : Status.Code.values()) {
            if (code == Status.Code.OK) {
                continue;
            }
            var failed =
                    assertThrows(
                            StatusRuntimeException.class,
                            () -> unary(octets("status:" + code.value())));
            var trailers = failed.getTrailers();
            assertEquals(code, failed.getStatus().getCode());
            assertEquals("as asked: 100% \u00e4", failed.getStatus().getDescription());
            assertEquals("why", trailers.get(EchoService.SAY));
            assertArrayEquals(new byte[] {0, 1, (byte) 255}, trailers.get(EchoService.OCTETS));
        }
    }

    @Test
    void unknownMethod() {
        assertEquals(
                Status.Code.UNIMPLEMENTED,
                failure(() ->
                        ClientCalls.blockingUnaryCall(
                                channel, EchoService.UNKNOWN, USUAL, new byte[0])));
    }

    @Test
    void deadline() {
        var before = echo.service.cancelled.get();
        assertEquals(
                Status.Code.DEADLINE_EXCEEDED,
                failure(() ->
                        ClientCalls.blockingUnaryCall(
                                channel,
                                EchoService.NEVER,
                                USUAL.withDeadlineAfter(300, TimeUnit.MILLISECONDS),
                                new byte[0])));
        Eventually.eventually(
                BOUND, "the server knows", () -> echo.service.cancelled.get() > before);
    }

    @Test
    void cancellation() {
        var before = echo.service.cancelled.get();
        var call = channel.newCall(EchoService.NEVER, USUAL);
        var ended = new CompletableFuture<Status.Code>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status.getCode());
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(new byte[0]);
        call.halfClose();
        unary(octets("after it on the same connection"));
        call.cancel("no more", null);
        assertEquals(Status.Code.CANCELLED, ended.join());
        Eventually.eventually(
                BOUND, "the server knows", () -> echo.service.cancelled.get() > before);
    }

    @Test
    void manyAtOnce() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<CompletableFuture<String>>();
            for (var i = 0; i < 500; i++) {
                var request = octets("call " + i);
                all.add(CompletableFuture.supplyAsync(() -> text(unary(request)), threads));
            }
            for (var i = 0; i < 500; i++) {
                assertEquals("call " + i, all.get(i).join());
            }
        }
    }

    /// What comes back on a stream.
    private static final class Collected implements StreamObserver<byte[]> {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status.Code> end = new CompletableFuture<>();

        String next() throws InterruptedException {
            return String.valueOf(messages.poll(BOUND.toSeconds(), TimeUnit.SECONDS));
        }

        Status.Code ended() throws Exception {
            return end.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void onNext(byte[] message) {
            messages.add(text(message));
        }

        @Override
        public void onError(Throwable cause) {
            end.complete(Status.fromThrowable(cause).getCode());
        }

        @Override
        public void onCompleted() {
            end.complete(Status.Code.OK);
        }
    }
}
