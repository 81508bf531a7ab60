package dev.serin.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// What a command answers: its exit code, what it printed and what it said.
record Spoken(int code, String out, String err) {
    /// Runs `serin ARGUMENTS` in this process.
    static Spoken by(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var code = Main.run(new Console(stream(out), stream(err)), arguments);
        return new Spoken(code, text(out), text(err));
    }

    /// A console whose words are dropped.
    static Console nobody() {
        return new Console(
                stream(new ByteArrayOutputStream()), stream(new ByteArrayOutputStream()));
    }

    static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
