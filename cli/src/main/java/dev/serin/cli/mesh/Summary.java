package dev.serin.cli.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The addresses of a running mesh, kept beside its state for other commands.
///
/// @param gateway URL of the ingress gateway, `-` if there is none
/// @param kubernetes URL of the API
/// @param egress `on` if pods reach the machine's network, else `off`
public record Summary(String gateway, String kubernetes, String egress) {
    public static final Summary NONE = new Summary("-", "-", "-");

    public static Summary read(Path file) throws IOException {
        var lines = Files.readAllLines(file);
        return lines.size() < 3 ? NONE : new Summary(lines.get(0), lines.get(1), lines.get(2));
    }

    /// Writes it; one line each.
    public void write(Path file) throws IOException {
        Files.writeString(file, gateway + "\n" + kubernetes + "\n" + egress + "\n");
    }
}
