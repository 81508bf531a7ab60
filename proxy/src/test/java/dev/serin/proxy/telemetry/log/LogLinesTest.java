package dev.serin.proxy.telemetry.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.flow.Owner;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

@ExtendWith(NothingLeft.class)
class LogLinesTest {
    private final FakeTime time = new FakeTime();

    @Test
    void writesManyLinesAtOnceALittleLater() {
        try (var writer = new Owner("log", _ -> {})) {
            var out = new ByteArrayOutputStream();
            var lines = new LogLines(out, writer, time, 100);
            lines.write("one\n");
            lines.write("two\n");
            assertEquals(1, time.waiting());
            assertEquals(0, out.size());
            time.advance(Duration.ofMillis(100));
            writer.call(() -> true).join();
            assertEquals("one\ntwo\n", out.toString(StandardCharsets.UTF_8));
            lines.write("three\n");
            assertEquals(1, time.waiting());
            lines.flush().join();
            assertEquals("one\ntwo\nthree\n", out.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void dropsAndCountsWhatASlowFileCannotTake() {
        try (var writer = new Owner("log", _ -> {})) {
            var stuck = new CountDownLatch(1);
            writer.execute(() -> {
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            var out = new ByteArrayOutputStream();
            var lines = new LogLines(out, writer, time, 3);
            for (var i = 0; i < 5; i++) {
                lines.write(i + "\n");
            }
            assertEquals(2, lines.dropped());
            stuck.countDown();
            lines.flush().join();
            assertEquals("0\n1\n2\n", out.toString(StandardCharsets.UTF_8));
            lines.write("again\n");
            lines.flush().join();
            assertEquals("0\n1\n2\nagain\n", out.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aFullDiskCostsLinesAndNothingElse() {
        try (var writer = new Owner("log", _ -> {})) {
            var full =
                    new OutputStream() {
                        @Override
                        public void write(int octet) throws IOException {
                            throw new IOException("No space left on device");
                        }
                    };
            var lines = new LogLines(full, writer, time, 3);
            lines.write("lost\n");
            lines.flush().join();
            assertEquals(1, lines.dropped());
        }
    }
}
