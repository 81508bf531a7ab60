package dev.serin.cli.mesh;

import dev.serin.base.Problem;
import dev.serin.base.net.HostPort;

import java.util.function.Consumer;

/// A usual port of this machine that another process has: said once, with what stands for it.
final class Taken {
    private Taken() {}

    static void tell(String whose, HostPort wanted, HostPort got, Consumer<String> say) {
        if (!wanted.equals(got)) {
            say.accept(
                    Problem.of(
                                    "port " + wanted.port() + " of " + wanted.host(),
                                    "in use by another process, so the "
                                            + whose
                                            + " is on "
                                            + got.port(),
                                    "use that; or find its owner by `ss -ltnp 'sport = :"
                                            + wanted.port()
                                            + "'`, end it and start the mesh again")
                            .text());
        }
    }
}
