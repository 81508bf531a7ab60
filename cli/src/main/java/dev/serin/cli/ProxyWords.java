package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import io.envoyproxy.envoy.config.core.v3.Node;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The words behind `serin proxy`: our own, and those of Envoy's command, so that what starts an
/// Envoy starts this proxy. Words that mean nothing here are named and passed over.
final class ProxyWords {
    /// Words of Envoy's with a value that have no meaning here.
    private static final Set<String> IDLE_WITH_VALUE =
            Set.of(
                    "--base-id",
                    "--base-id-path",
                    "--component-log-level",
                    "--drain-strategy",
                    "--file-flush-interval-msec",
                    "--file-flush-min-size-kb",
                    "--local-address-ip-version",
                    "--log-format",
                    "--parent-shutdown-time-s",
                    "--restart-epoch",
                    "--socket-mode",
                    "--socket-path");

    /// The same without a value.
    private static final Set<String> IDLE =
            Set.of(
                    "--cpuset-threads",
                    "--disable-hot-restart",
                    "--enable-core-dump",
                    "--enable-fine-grain-logging",
                    "--enable-mutex-tracing",
                    "--log-format-escaped",
                    "--log-stacktrace-single-entry",
                    "--reject-unknown-dynamic-fields",
                    "--skip-deprecated-logs",
                    "--skip-hot-restart-on-no-parent",
                    "--skip-hot-restart-parent-stats",
                    "--use-dynamic-base-id");

    private static final Pattern FILE = Pattern.compile(".*\\.(ya?ml|json|pb|pb_text)");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,4}");

    @Option(
            names = {"-c", "--config", "--config-path"},
            paramLabel = "FILE",
            description = "an Envoy bootstrap: YAML, JSON, .pb_text or .pb")
    @Nullable Path config;

    @Option(
            names = "--config-yaml",
            paramLabel = "YAML",
            description = "a bootstrap, merged over that of the file")
    @Nullable String configYaml;

    @Option(
            names = "--mode",
            paramLabel = "serve|validate",
            defaultValue = "serve",
            description = "validate says what is wrong, and starts nothing")
    String mode = "serve";

    @Option(
            names = {"--workers", "--concurrency"},
            paramLabel = "N",
            defaultValue = "0",
            description = "event loops (default: one a core)")
    int workers;

    @Option(
            names = {"-l", "--log-level"},
            paramLabel = "LEVEL",
            description = "trace, debug, info, warning, error, critical or off")
    @Nullable String level;

    @Option(
            names = "--log-path",
            paramLabel = "FILE",
            description = "gets the proxy's own log (default: standard error)")
    @Nullable Path logPath;

    @Option(
            names = "--service-node",
            paramLabel = "ID",
            description = "the node's id, over that of the bootstrap")
    @Nullable String node;

    @Option(
            names = "--service-cluster",
            paramLabel = "NAME",
            description = "the node's cluster, over that of the bootstrap")
    @Nullable String cluster;

    @Option(
            names = "--service-zone",
            paramLabel = "ZONE",
            description = "the node's zone, over that of the bootstrap")
    @Nullable String zone;

    @Option(
            names = "--admin-address-path",
            paramLabel = "FILE",
            description = "gets the address of the admin pages")
    @Nullable Path adminAddress;

    @Option(
            names = "--drain-time-s",
            paramLabel = "SECONDS",
            defaultValue = "-1",
            description = "how long connections of what is removed may go on (default: 45)")
    int drainSeconds = -1;

    /// Words that mean nothing here, as they came.
    final List<String> idle = new ArrayList<>();

    /// The role: `sidecar` or `router`, with the words for it; null for a file.
    @Nullable String role;

    final List<String> others = new ArrayList<>();

    /// What is read, for messages.
    String source() {
        return config == null ? "--config-yaml" : config.toString();
    }

    /// Who the proxy is, where these words say it.
    Node named() {
        var told = Node.newBuilder();
        if (node != null) {
            told.setId(node);
        }
        if (cluster != null) {
            told.setCluster(cluster);
        }
        if (zone != null) {
            told.getLocalityBuilder().setZone(zone);
        }
        return told.build();
    }

    /// Null if it takes picocli to say what is wrong with them.
    static @Nullable ProxyWords of(List<String> all) {
        var words = new ProxyWords();
        for (var i = 0; i < all.size(); i++) {
            var word = all.get(i);
            var equals = word.startsWith("--") ? word.indexOf('=') : -1;
            var name = equals < 0 ? word : word.substring(0, equals);
            if (words.role != null && !name.equals("--workers")) {
                words.others.add(word);
            } else if (name.startsWith("-") && !IDLE.contains(name)) {
                if (equals < 0 && ++i == all.size()) {
                    return null;
                }
                if (!words.set(name, equals < 0 ? all.get(i) : word.substring(equals + 1))) {
                    return null;
                }
            } else if (!words.bare(word)) {
                return null;
            }
        }
        return words;
    }

    /// A word without a value.
    boolean bare(String word) {
        if (IDLE.contains(word)) {
            idle.add(word);
        } else if (word.equals("sidecar") || word.equals("router")) {
            role = word;
        } else if (config == null && FILE.matcher(word).matches()) {
            config = Path.of(word);
        } else {
            return false;
        }
        return true;
    }

    /// A word with a value; false if it is none, or cannot have this value.
    private boolean set(String name, String value) {
        switch (name) {
            case "-c", "--config", "--config-path" -> config = Path.of(value);
            case "--config-yaml" -> configYaml = value;
            case "--mode" -> mode = value;
            case "-l", "--log-level" -> level = value;
            case "--log-path" -> logPath = Path.of(value);
            case "--service-node" -> node = value;
            case "--service-cluster" -> cluster = value;
            case "--service-zone" -> zone = value;
            case "--admin-address-path" -> adminAddress = Path.of(value);
            case "--workers", "--concurrency" -> {
                if (!COUNT.matcher(value).matches()) {
                    return false;
                }
                workers = Integer.parseInt(value);
            }
            case "--drain-time-s" -> {
                if (!COUNT.matcher(value).matches()) {
                    return false;
                }
                drainSeconds = Integer.parseInt(value);
            }
            default -> {
                if (!IDLE_WITH_VALUE.contains(name)) {
                    return false;
                }
                idle.add(name);
            }
        }
        return true;
    }

    /// Takes what picocli did not know.
    ///
    /// @throws ProblemException naming the first word that nobody knows
    void rest(List<String> unknown) {
        for (var i = 0; i < unknown.size(); i++) {
            var word = unknown.get(i);
            var name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            if (role != null) {
                others.add(word);
            } else if (IDLE_WITH_VALUE.contains(name)) {
                idle.add(name);
                i += word.contains("=") ? 0 : 1;
            } else if (!bare(word)) {
                throw new ProblemException(
                        new Problem(
                                "serin proxy",
                                "'" + word + "'",
                                "an option that serin proxy --help shows, sidecar or router, or a"
                                        + " file that ends in .yaml, .yml, .json, .pb_text or .pb",
                                word.startsWith("--allow-unknown")
                                        ? "leave it out: fields that are not known are refused,"
                                                + " since nothing would come of them"
                                        : null));
            }
        }
    }
}
