package dev.serin.base.broker;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.util.regex.Pattern;

/// What a client asks of the broker: so many sockets of one kind, made in one network namespace.
/// One message of a SOCK_SEQPACKET connection, as text: `CLIENT 4 16 pod-name`.
///
/// @param v6 of IPv6, which takes IPv4 as well
/// @param count at most [#MOST]
/// @param namespace a name below the broker's folder; empty for the client's own
record SocketRequest(Kind kind, boolean v6, int count, String namespace) {
    /// As many as one message is asked to carry.
    static final int MOST = 64;

    static final int LONGEST = 512;

    // No path: a name below the folder, or none.
    private static final Pattern WORDS =
            Pattern.compile("(CLIENT|SERVER|DATAGRAM) ([46]) ([0-9]{1,3}) (|[^/. ][^/ ]*)");

    /// What a socket is for.
    enum Kind {
        /// Towards hosts: it carries the broker's mark.
        CLIENT,
        SERVER,
        DATAGRAM
    }

    String encode() {
        return kind + (v6 ? " 6 " : " 4 ") + count + " " + namespace;
    }

    /// @throws ProblemException if it is none
    static SocketRequest decode(String message) {
        var words = WORDS.matcher(message);
        if (!words.matches()) {
            throw refused(message);
        }
        var count = Integer.parseInt(words.group(3));
        if (count < 1 || count > MOST) {
            throw refused(message);
        }
        return new SocketRequest(
                Kind.valueOf(words.group(1)), words.group(2).equals("6"), count, words.group(4));
    }

    private static ProblemException refused(String found) {
        return new ProblemException(
                new Problem(
                        "request for sockets",
                        "'" + found + "'",
                        "kind, 4 or 6, 1 to " + MOST + ", and the name of a namespace",
                        null));
    }
}
