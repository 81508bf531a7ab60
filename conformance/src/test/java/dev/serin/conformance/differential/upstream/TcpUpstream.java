package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Texts;
import dev.serin.conformance.differential.scenario.Tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Takes what comes up to its end or to a line with `.`, then answers. An answer with `early` is
/// sent first, as servers do that speak first; one with `echo` sends back what came; one with
/// `pause` sends its body so long after the end of what comes.
final class TcpUpstream extends SocketUpstream {
    TcpUpstream(String name, Tree tree) {
        super(name, tree);
    }

    @Override
    void serve(Wire wire, Pass pass, int number) throws IOException {
        var answer = next(pass);
        var got = new ByteArrayOutputStream();
        var end = "closed";
        pass.open.incrementAndGet();
        try {
            if (answer.flags().early()) {
                wire.out().write(answer.octets());
                wire.out().flush();
            }
            if (answer.reset().equals("request")) {
                wire.reset();
                end = "reset by us";
                return;
            }
            var answered = answer.flags().early() || answer.flags().stall();
            for (var octet = wire.in().read(); octet >= 0; octet = wire.in().read()) {
                got.write(octet);
                if (!answered && (octet == '\n')) {
                    pause(answer.delay());
                    if (answer.flags().echo()) {
                        wire.out().write(got.toByteArray());
                    } else {
                        wire.out().write(answer.octets());
                        answered = true;
                    }
                    wire.out().flush();
                    if (answer.reset().equals("body")) {
                        wire.reset();
                        end = "reset by us";
                        return;
                    }
                    if (answer.flags().close()) {
                        end = "closed by us";
                        return;
                    }
                }
            }
            if (!answer.pause().isZero()) {
                pause(answer.pause());
                wire.out().write(answer.body().getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            end = "reset";
        } finally {
            pass.add(
                    new Received(
                            "connection",
                            List.of(),
                            Texts.shown(got.toByteArray()),
                            List.of(),
                            end,
                            number));
            pass.open.decrementAndGet();
        }
    }
}
