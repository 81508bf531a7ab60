package dev.serin.local.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/// Talks to the front of a running mesh from another process: `serin down` and the waiting of
/// `serin up --detach`. Calls block.
public final class FrontClient {
    private final Path socket;

    /// @param socket of the mesh's front, [Front.Start#socket()]
    public FrontClient(Path socket) {
        this.socket = socket;
    }

    /// Stops the mesh and returns when it has ended.
    ///
    /// @return false if nobody answered: there is no such mesh running
    public boolean stop(Duration grace, Consumer<String> print) {
        return talk("stop " + grace.toSeconds(), print, false) != Answer.NOBODY;
    }

    /// Prints what the mesh says from its start on, until it is up.
    public Answer watch(Consumer<String> print) {
        return talk("watch", print, true);
    }

    /// Has a mesh that is up apply what was left in its folder, and prints what it says meanwhile.
    ///
    /// @return ENDED if not all was taken
    public Answer apply(Consumer<String> print) {
        return talk("apply", print, true);
    }

    /// What became of the mesh.
    public enum Answer {
        /// Nobody listens on the socket (yet).
        NOBODY,
        READY,
        ENDED
    }

    private Answer talk(String order, Consumer<String> print, boolean untilReady) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap((order + "\n").getBytes(StandardCharsets.UTF_8)));
            var reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    Channels.newInputStream(channel), StandardCharsets.UTF_8));
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals("ready") && untilReady) {
                    return Answer.READY;
                }
                if (line.startsWith("print ") && untilReady) {
                    print.accept(Lines.rest(line));
                }
            }
            return Answer.ENDED;
        } catch (IOException _) {
            return Answer.NOBODY;
        }
    }
}
