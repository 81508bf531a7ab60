package dev.serin.cli.sidecar;

import dev.serin.local.host.Programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// How a process that parses other people's traffic is started: without any capability, without a
/// way to get one, and, where root started the mesh, as a user of its own.
///
/// @param run the distribution's script, which that user can read
/// @param java the folder of the JDK, likewise
/// @param user as whom, 0 where there is no other user
public record Unprivileged(String run, String java, int user) {
    /// Istio's number for the proxy.
    public static final int PROXY = 1337;

    private static final String TEST =
            """
            [ -x "$1" ] && [ -x "$2/bin/java" ] && [ -r "${1%/*}/classpath" ] && for jar in "${1%/*}"/lib/*; do [ -r "$jar" ] || exit 1; done
            """;
    private static final String BIND = "mkdir -p \"$2\" && mount --bind \"$1\" \"$2\"";

    /// Finds the way; to be called once the mesh has its own `/run`. Where the product or the JDK
    /// is in a folder that only its owner may enter, it is shown a second time, below `/run`.
    ///
    /// @param own a folder of the mesh in its own `/run`
    /// @param rootless whether this is root of a user namespace only, where there is no other user
    /// @param say told once if that user can read neither
    public static Unprivileged find(
            Programs programs,
            Distribution distribution,
            Path own,
            boolean rootless,
            Consumer<String> say) {
        var here = new Unprivileged(distribution.run(), distribution.java(), rootless ? 0 : PROXY);
        if (rootless || here.works(programs)) {
            return here;
        }
        var dist = String.valueOf(Path.of(here.run).getParent());
        var shown =
                new Unprivileged(
                        own.resolve("dist/run").toString(), own.resolve("java").toString(), PROXY);
        bind(programs, dist, own.resolve("dist").toString());
        bind(programs, here.java, shown.java);
        if (shown.works(programs)) {
            return shown;
        }
        say.accept(
                "the proxies run as root (without any capability), since user "
                        + PROXY
                        + " can't read "
                        + dist
                        + "; cure: chmod -R a+rX "
                        + dist);
        return new Unprivileged(here.run, here.java, 0);
    }

    private boolean works(Programs programs) {
        var words = new ArrayList<>(words());
        words.addAll(List.of("sh", "-c", TEST, "sh", run, java));
        return programs.run(words, "").code() == 0;
    }

    private static void bind(Programs programs, String from, String to) {
        programs.run(List.of("sh", "-c", BIND, "sh", from, to), "");
    }

    /// The command line of `serin ARGUMENTS`, started so.
    public List<String> command(String... arguments) {
        var words = new ArrayList<>(words());
        words.addAll(List.of(run, java));
        words.addAll(List.of(arguments));
        return words;
    }

    private List<String> words() {
        var words =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--bounding-set",
                                "-all",
                                "--inh-caps",
                                "-all",
                                "--no-new-privs"));
        if (user != 0) {
            words.addAll(List.of("--reuid", "" + user, "--regid", "" + user, "--clear-groups"));
        }
        words.add("--");
        return words;
    }

    /// Gives it a file or folder.
    ///
    /// @throws java.io.IOException if it is not there
    void own(Path path) throws java.io.IOException {
        if (user != 0) {
            Files.setAttribute(path, "unix:uid", user);
            Files.setAttribute(path, "unix:gid", user);
        }
    }
}
