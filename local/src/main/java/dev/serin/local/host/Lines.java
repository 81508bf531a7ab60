package dev.serin.local.host;

import dev.serin.base.Problem;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// The words between the front and those who call it on its Unix socket: UTF-8 lines. A caller's
/// first line says who it is:
///
/// * `supervisor`, then `print TEXT` and `ready`; it is told `stop SECONDS`, and `apply`, which it
///   answers by `applied CODE`. The end of this connection is the end of the other side.
/// * `port HOST PORT`: answered `ok PORT` or `problem …`; after its `send` the listening socket
///   itself is passed over, and the connection ends.
/// * `sockets`: each `tcp` or `udp` after it is answered by such a socket of the machine's network.
/// * `resolvers`: answered `resolvers ADDRESS …`, and the connection ends.
/// * `watch`: told `print TEXT` for each line since the start, then `ready` or `ended CODE`.
/// * `apply`: the mesh applies what lies in its folder; told as `watch` from then on, then `ready`,
///   or `ended 1` if not all was taken.
/// * `stop SECONDS`: the mesh is stopped; the connection ends when that is done.
final class Lines {
    private static final int LONGEST = 64 * 1024;

    private Lines() {}

    /// Adds what splits bytes into lines; sockets that are passed over go by untouched.
    static void read(ChannelPipeline pipeline) {
        pipeline.addLast(
                new LineBasedFrameDecoder(LONGEST), new StringDecoder(StandardCharsets.UTF_8));
    }

    static ByteBuf line(String text) {
        return Unpooled.copiedBuffer(text.replace('\n', '\u001f') + "\n", StandardCharsets.UTF_8);
    }

    static void send(Channel channel, String text) {
        channel.writeAndFlush(line(text));
    }

    /// The text of a line after its first word, with its line ends back.
    static String rest(String line) {
        var blank = line.indexOf(' ');
        return blank < 0 ? "" : line.substring(blank + 1).replace('\u001f', '\n');
    }

    static String problem(Problem problem) {
        return "problem "
                + String.join(
                        "\t",
                        problem.subject(),
                        problem.found(),
                        orEmpty(problem.expected()),
                        orEmpty(problem.cure()));
    }

    static Problem problem(String line) {
        var parts = rest(line).split("\t", -1);
        return parts.length == 4
                ? new Problem(parts[0], parts[1], orNull(parts[2]), orNull(parts[3]))
                : new Problem("front", rest(line), null, null);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
