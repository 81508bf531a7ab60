package dev.serin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

class MainTest {
    @Test
    void wrongUsageIsTwoAndSaysWhereHelpIs() {
        usage(
                """
                serin: Missing required subcommand
                cure: serin --help shows what it takes
                """);
        usage(
                """
                serin: Unmatched argument at index 0: 'bogus'
                cure: serin --help shows what it takes
                """,
                "bogus");
        usage(
                """
                serin: Unknown option: '--bogus'
                cure: serin up --help shows what it takes
                """,
                "up",
                "--bogus");
    }

    private static void usage(String text, String... arguments) {
        assertEquals(new Spoken(2, "", text), Spoken.by(arguments));
    }

    @Test
    void demoListsTheExamplesAndSaysWhichThereAre() {
        var list = Spoken.by("demo");
        assertEquals(0, list.code(), list.err());
        assertTrue(list.out().contains("serin demo canary"), list.out());
        assertTrue(list.out().contains("proxy        The proxy alone"), list.out());
        assertTrue(Spoken.by("demo", "canari").err().contains("'canari'; expected: one of "));
        assertTrue(Spoken.by("demo", "canari").err().endsWith("; cure: serin demo canary\n"));
        assertTrue(Spoken.by("demo", "proxy").err().contains("is more than one command"));
        assertEquals(2, Spoken.by("demo", "--bogus").code());
        assertTrue(Spoken.by("demo", "canary", "--bogus").err().contains("'--bogus'"));
    }

    @Test
    void completionIsAScriptThatTheShellTakes() throws Exception {
        for (var shell : new String[] {"bash", "zsh"}) {
            var script = Spoken.by("completion", shell);
            assertEquals(0, script.code(), script.err());
            var check = new ProcessBuilder("bash", "-n").start();
            try (var in = check.outputWriter()) {
                in.write(script.out());
            }
            assertEquals(0, check.waitFor());
            assertTrue(script.out().contains("kubeconfig"), "knows the commands");
            assertFalse(script.out().contains("supervisor"), "and not the hidden ones");
        }
        assertEquals(
                new Spoken(1, "", "serin: shell: 'tcsh'; expected: bash or zsh\n"),
                Spoken.by("completion", "tcsh"));
    }

    @Test
    void strictMutualTlsIsRefusedUntilThereAreCertificates() {
        assertTrue(Spoken.by("up", "--mtls", "strict").err().contains("--mtls permissive"));
        assertEquals(2, Spoken.by("up", "--mtls", "sometimes").code());
    }

    @Test
    void aWordThatIsNearlyACommandIsRecognised() {
        var spoken = Spoken.by("validat");
        assertEquals(2, spoken.code());
        assertTrue(spoken.err().contains("Did you mean: serin validate"), spoken.err());
    }

    @Test
    void aProblemIsOneAndHasItsCure() {
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: validate: no file was named; cure: serin validate -f"
                                + " FILE-OR-FOLDER\n"),
                Spoken.by("validate"));
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: mesh name: 'Not_One'; expected: lower-case letters, digits and"
                                + " dashes, at most 32\n"),
                Spoken.by("down", "--mesh", "Not_One"));
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: serin proxy: neither a role nor --config; cure: see serin proxy"
                                + " --help\n"),
                Spoken.by("proxy", "--workers", "1"));
        var unreadable = Spoken.by("proxy", "--config=no/such/file");
        assertEquals(1, unreadable.code());
        assertTrue(unreadable.err().startsWith("serin: no/such/file: cannot be read"));
        assertEquals(2, Spoken.by("proxy", "--workers", "many").code());
        assertEquals(2, Spoken.by("proxy", "--concurrency").code());
        assertTrue(
                Spoken.by("proxy", "--allow-unknown-fields", "-c", "x.yaml")
                        .err()
                        .contains("fields that are not known are refused"));
        assertTrue(Spoken.by("proxy", "nonsense").err().contains("a file that ends in .yaml"));
        assertEquals(2, Spoken.by("proxy", "--config").code());
    }

    @Test
    void aProxyIsValidatedByEnvoysOwnWords(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("good.yaml"), "static_resources: {}");
        assertEquals(
                new Spoken(0, "configuration '" + file + "' OK\n", ""),
                Spoken.by("proxy", "--mode", "validate", "-c", file.toString()));
        var idle =
                Spoken.by(
                        "proxy",
                        file.toString(),
                        "--mode=validate",
                        "--concurrency=1",
                        "-l",
                        "warning",
                        "--base-id",
                        "7",
                        "--disable-hot-restart",
                        "--service-node",
                        "me");
        assertEquals(0, idle.code());
        assertEquals(
                """
                serin proxy: --base-id has no meaning here and is passed over
                serin proxy: --disable-hot-restart has no meaning here and is passed over
                """,
                idle.err());
        var level = Spoken.by("proxy", "--mode=validate", "-l", "verbose", file.toString());
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: --log-level: 'verbose'; expected: trace, debug, info, warning,"
                                + " error, critical or off\n"),
                level);
        var merged =
                Spoken.by(
                        "proxy",
                        "--mode",
                        "validate",
                        "--config-path",
                        file.toString(),
                        "--config-yaml",
                        "static_resources: {clusters: [{name: a, type: EDS}]}");
        assertEquals(1, merged.code());
        assertTrue(merged.err().contains("Cluster 'a': eds_cluster_config"), merged.err());
        var text =
                Files.writeString(
                        folder.resolve("good.pb_text"),
                        "static_resources { clusters { name: \"a\" type: STATIC } }");
        assertEquals(0, Spoken.by("proxy", "--mode", "validate", text.toString()).code());
    }

    @Test
    void aProxyWhosePortIsTakenEndsAndSaysWhatToDo(@TempDir Path folder) throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var file =
                    Files.writeString(
                            folder.resolve("taken.yaml"),
                            """
                            static_resources:
                              listeners:
                              - name: main
                                address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                                filter_chains:
                                - filters:
                                  - name: tcp
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                      stat_prefix: main
                                      cluster: a
                            """
                                    .formatted(taken.getLocalPort()));
            var spoken = Spoken.by("proxy", file.toString(), "--workers", "1");
            assertEquals(1, spoken.code());
            assertTrue(
                    spoken.err()
                            .contains(
                                    "Listener 'main': address: cannot listen on 127.0.0.1:"
                                            + taken.getLocalPort()),
                    spoken.err());
            assertTrue(spoken.err().contains("or choose another port"), spoken.err());
        }
    }

    @Test
    void helpListsEveryCommandForPeopleAndNoOther() {
        var help = Spoken.by("--help");
        assertEquals(0, help.code());
        assertEquals("", help.err());
        for (var command :
                new String[] {
                    "up",
                    "down",
                    "list",
                    "kubeconfig",
                    "validate",
                    "image",
                    "serve",
                    "proxy",
                    "version"
                }) {
            assertTrue(help.out().contains("\n  " + command + " "), command);
        }
        assertFalse(help.out().contains("supervisor"));
        assertFalse(help.out().contains("prepare"));
    }

    @Test
    void versionIsAResult() {
        var spoken = Spoken.by("version");
        assertEquals("0 ", spoken.code() + " " + spoken.err());
        assertEquals(
                "serin " + VersionCommand.VERSION + " (Java " + Runtime.version() + ")\n",
                spoken.out());
        assertEquals("serin " + VersionCommand.VERSION + "\n", Spoken.by("--version").out());
    }
}
