package dev.serin.conformance.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.serin.base.ProblemException;
import dev.serin.conformance.differential.peer.EnvoyPeer;
import dev.serin.conformance.differential.scenario.Certificates;
import dev.serin.conformance.differential.scenario.Tree;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Configurations, right and wrong, to Envoy and to ours: each must take what the other takes. How
/// a case is written: the README beside them.
@Tag("peers")
class RefusalsTest {
    private static final Path FILES =
            Path.of(System.getProperty("serin.root"), "conformance/src/test/resources/refusals");
    private static final List<Allowed> ALLOWED = Allowed.read(FILES.resolve("differences.yaml"));
    private static final String LISTENER = "static_resources.listeners.0";
    private static final String CHAIN = LISTENER + ".filter_chains.0";
    private static final String MANAGER = CHAIN + ".filters.0.typed_config";
    private static final String HOST = MANAGER + ".route_config.virtual_hosts.0";
    private static final String CLUSTER = "static_resources.clusters.0";
    private static final String TLS = ".transport_socket.typed_config";

    /// The short names of places.
    private static final Map<String, String> PLACES =
            Map.of(
                    "L", LISTENER,
                    "F", CHAIN,
                    "H", MANAGER,
                    "V", HOST,
                    "R", HOST + ".routes.0",
                    "C", CLUSTER,
                    "E", CLUSTER + ".load_assignment.endpoints.0.lb_endpoints.0",
                    "T", CHAIN + TLS,
                    "U", CLUSTER + TLS);

    private static ProxyRuntime.Machine machine;
    private static ExecutorService envoys;

    private final Set<Allowed> seen = new HashSet<>();

    @TempDir private Path folder;

    @BeforeAll
    static void start() {
        machine = ProxyRuntime.ofMachine(1);
        envoys = Executors.newFixedThreadPool(2);
    }

    @AfterAll
    static void stop() {
        envoys.close();
        machine.close();
    }

    @TestFactory
    Stream<DynamicTest> configurations() throws IOException {
        var wanted = System.getProperty("serin.scenario", "");
        var base = tree("base.yaml");
        var cases = new LinkedHashMap<String, String>();
        try (var files = Files.list(FILES)) {
            for (var file : files.map(f -> f.getFileName().toString()).sorted().toList()) {
                if (file.endsWith(".yaml")
                        && !Set.of("base.yaml", "differences.yaml").contains(file)) {
                    var area = file.replace(".yaml", "");
                    tree(file)
                            .fields()
                            .forEach((name, change) ->
                                    cases.put(area + "/" + name, text(base, change)));
                }
            }
        }
        if (!wanted.isEmpty()) {
            var glob = Allowed.glob(wanted.replace("refusals/", ""));
            cases.keySet().removeIf(name -> !glob.matcher(name).matches());
        }
        var answers = new LinkedHashMap<String, CompletableFuture<String>>();
        cases.forEach((name, text) ->
                answers.put(name, CompletableFuture.supplyAsync(() -> envoy(name, text), envoys)));
        var tests =
                cases.entrySet().stream()
                        .map(c ->
                                DynamicTest.dynamicTest(
                                        c.getKey(),
                                        () ->
                                                judge(
                                                        c.getKey(),
                                                        c.getValue(),
                                                        answers.get(c.getKey()))));
        return wanted.isEmpty()
                ? Stream.concat(
                        tests,
                        Stream.of(
                                DynamicTest.dynamicTest(
                                        "each listed difference still occurs", this::allOccur)))
                : tests;
    }

    private static Tree tree(String file) throws IOException {
        return Tree.read(file, Files.readString(FILES.resolve(file)))
                .replaced(Certificates.words());
    }

    /// The base with places changed, or the text that stands for the whole.
    private static String text(Tree base, @Nullable Object change) {
        if (change instanceof String whole) {
            return whole;
        }
        var root = copy(base.fields());
        Tree.of("case", (Map<?, ?>) change)
                .fields()
                .forEach((place, value) -> set(root, place, value));
        return Tree.json(root);
    }

    private static @Nullable Object copy(@Nullable Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var same = new LinkedHashMap<String, @Nullable Object>();
                map.forEach((k, v) -> same.put(String.valueOf(k), copy(v)));
                yield same;
            }
            case List<?> list -> {
                var same = new ArrayList<@Nullable Object>();
                list.forEach(v -> same.add(copy(v)));
                yield same;
            }
            case null, default -> tree;
        };
    }

    @SuppressWarnings("unchecked") // copied with text for keys
    private static void set(@Nullable Object root, String place, @Nullable Object value) {
        var first = place.split("\\.", 2);
        var path =
                PLACES.getOrDefault(first[0], first[0]) + (first.length > 1 ? "." + first[1] : "");
        var at = root;
        var steps = path.split("\\.");
        for (var i = 0; i < steps.length - 1; i++) {
            at =
                    at instanceof List<?> list
                            ? list.get(Integer.parseInt(steps[i]))
                            : ((Map<String, @Nullable Object>) at)
                                    .computeIfAbsent(
                                            steps[i], _ -> new LinkedHashMap<String, Object>());
        }
        var last = steps[steps.length - 1];
        if (at instanceof List<?> list) {
            var all = (List<@Nullable Object>) list;
            if (last.equals("+")) {
                all.add(value);
            } else {
                all.set(Integer.parseInt(last), value);
            }
        } else if (value == null) {
            ((Map<String, @Nullable Object>) at).remove(last);
        } else {
            ((Map<String, @Nullable Object>) at).put(last, value);
        }
    }

    /// What Envoy has against it; empty if nothing.
    private String envoy(String name, String text) {
        try {
            var file = Files.createTempFile(folder, "envoy", ".yaml");
            Files.writeString(file, text);
            var log = file.resolveSibling(file.getFileName() + ".log");
            var process =
                    new ProcessBuilder(
                                    EnvoyPeer.installed().toString(),
                                    "--mode",
                                    "validate",
                                    "-c",
                                    file.toString(),
                                    "-l",
                                    "error")
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("Envoy does not end with " + name);
            }
            return process.exitValue() == 0 ? "" : "refuses: " + Files.readString(log).strip();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// What ours has against it; empty if nothing.
    private static String ours(String text) {
        try {
            Proxy.validate(
                    FileBootstrap.read("file", text),
                    new ProxyPlace(
                            new HostSockets(Transport.best(), 0),
                            InetAddress::getByName,
                            ContainerFiles.SAME,
                            new ByteArrayOutputStream()),
                    machine.runtime());
            return "";
        } catch (ProblemException e) {
            return "refuses: " + e.getMessage();
        }
    }

    private void judge(String name, String text, CompletableFuture<String> envoy) {
        var theirs = envoy.join();
        var ours = ours(text);
        if (ours.isEmpty() == theirs.isEmpty()) {
            return;
        }
        var difference =
                new Difference(
                        name,
                        "refused",
                        ours.isEmpty() ? "no" : "yes",
                        theirs.isEmpty() ? "no" : "yes");
        var listed = ALLOWED.stream().filter(a -> a.covers(difference)).toList();
        seen.addAll(listed);
        if (listed.isEmpty()) {
            fail(
                    "envoy "
                            + (theirs.isEmpty() ? "takes it" : theirs)
                            + "\nours  "
                            + (ours.isEmpty() ? "takes it" : ours));
        }
    }

    private void allOccur() {
        assertEquals(
                List.of(),
                ALLOWED.stream().filter(a -> !seen.contains(a)).map(Allowed::shown).toList(),
                "listed, but the same by now: take them off the list");
    }
}
