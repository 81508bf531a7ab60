package dev.serin.conformance.differential;

import dev.serin.conformance.differential.client.Ask;
import dev.serin.conformance.differential.client.Clients;
import dev.serin.conformance.differential.client.Outcome;
import dev.serin.conformance.differential.peer.Peer;
import dev.serin.conformance.differential.peer.ResourceServer;
import dev.serin.conformance.differential.scenario.Certificates;
import dev.serin.conformance.differential.scenario.ResourceSet;
import dev.serin.conformance.differential.scenario.Scenario;
import dev.serin.conformance.differential.scenario.Tree;
import dev.serin.conformance.differential.upstream.Upstream;
import dev.serin.testkit.Eventually;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Plays one scenario through two proxies, one after the other on the same upstream servers.
final class Player {
    private static final Duration SETTLED = Duration.ofSeconds(3);
    private static final Duration AGREED = Duration.ofMillis(700);
    private static final AtomicInteger SENTINELS = new AtomicInteger();

    private final ResourceServer server;
    private final Peer ours;
    private final Peer envoy;

    Player(ResourceServer server, Peer ours, Peer envoy) {
        this.server = server;
        this.ours = ours;
        this.envoy = envoy;
    }

    /// What differs, after both had a while to write down everything if something is not as it may
    /// be.
    ///
    /// @param listed whether a difference is meant
    Played play(Scenario scenario, Predicate<Difference> listed) {
        var upstreams = new LinkedHashMap<String, Upstream>();
        try {
            scenario.upstreams()
                    .forEach((name, tree) -> upstreams.put(name, Upstream.of(name, tree)));
            server.set(ResourceSet.empty(), List.of(envoy, ours));
            var theirs = pass(scenario, envoy, upstreams);
            var mine = pass(scenario, ours, upstreams);
            var found =
                    Eventually.poll(AGREED, () -> compare(scenario, mine, theirs), List::isEmpty);
            if (Boolean.getBoolean("serin.facts")) {
                theirs.facts(theirs.counters().names())
                        .forEach((k, v) -> System.err.println(scenario + " " + k + ": " + v));
            }
            if (found.stream().anyMatch(d -> d.fact().contains("refused "))) {
                System.err.println(scenario.name() + ": Envoy said " + theirs.refusals);
            }
            return new Played(found, mine.refusals);
        } finally {
            upstreams.values().forEach(Upstream::close);
        }
    }

    private static List<Difference> compare(Scenario scenario, Pass ours, Pass envoy) {
        var shared = new HashSet<>(ours.counters().names());
        shared.retainAll(envoy.counters().names());
        return Difference.between(scenario.name(), ours.facts(shared), envoy.facts(shared));
    }

    private Pass pass(Scenario scenario, Peer peer, Map<String, Upstream> upstreams) {
        var words = new HashMap<>(Certificates.words());
        upstreams.forEach((name, upstream) -> words.put(name, Integer.toString(upstream.port())));
        var tree = scenario.tree();
        var resources = ResourceSet.of(tree, words);
        server.set(resources, List.of(envoy, ours));
        var pass = new Pass(scenario, peer, resources, upstreams);
        server.refused(peer, resources).forEach(name -> pass.facts.put("refused " + name, "yes"));
        pass.refusals.addAll(server.refusals(peer));
        try (var clients = new Clients(pass.ports)) {
            var number = 0;
            for (var step : tree.list("requests")) {
                number++;
                if (step instanceof Map<?, ?> map && map.containsKey("wait")) {
                    var time = new Tree("step " + number, map(step)).duration("wait", AGREED);
                    LockSupport.parkNanos(time.toNanos());
                } else if (step instanceof Map<?, ?> map && map.containsKey("apply")) {
                    tree =
                            tree.merged(
                                    new Tree("step " + number, Map.copyOf(map(step)))
                                            .under("apply"));
                    server.set(ResourceSet.of(tree, words), List.of(envoy, ours));
                    pass.applied = true;
                    var changed = ResourceSet.of(tree, words);
                    for (var name : server.refused(peer, changed)) {
                        pass.facts.put(number + ": refused " + name, "yes");
                    }
                } else {
                    pass.step(Ask.of(number, ask(number, step).replaced(words)), clients);
                }
            }
        }
        pass.settle();
        if (pass.applied) {
            pass.freeze();
        }
        return pass;
    }

    private static Map<String, Object> map(Object step) {
        var map = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) step).forEach((k, v) -> map.put(String.valueOf(k), v));
        return map;
    }

    private static Tree ask(int number, Object step) {
        var where = "step " + number;
        return step instanceof String request
                ? new Tree(where, Map.of("request", request))
                : new Tree(where, new LinkedHashMap<>(map(step)));
    }

    /// One scenario through one proxy.
    private static final class Pass {
        private final Peer peer;
        private final Map<String, Integer> ports;
        private final Map<String, Upstream.Pass> seen = new LinkedHashMap<>();
        private final Map<String, String> facts = new TreeMap<>();
        private final List<String> refusals = new ArrayList<>();
        private final List<String> format;
        private final Normal normal;
        private final Counters before;
        private final int logBefore;
        private @Nullable Counters last;
        private boolean applied;
        private boolean spread;
        private boolean together;

        Pass(Scenario scenario, Peer peer, ResourceSet resources, Map<String, Upstream> upstreams) {
            this.peer = peer;
            this.format = resources.log();
            this.ports = peer.ports();
            var names = new HashMap<Integer, String>();
            upstreams.forEach((name, upstream) -> {
                names.put(upstream.port(), name);
                seen.put(name, upstream.begin());
            });
            ports.forEach((name, port) -> names.put(port, "listener-" + name));
            this.normal = new Normal(names, scenario.tree().pairs("normal"));
            this.before = counters();
            this.logBefore = peer.log().size();
        }

        Counters counters() {
            return last == null ? Counters.read(peer.metrics()) : last;
        }

        /// Counts no further: the other peer's pass takes all configuration back to its beginning,
        /// here too, and then through the same changes.
        void freeze() {
            var reads = new Counters[] {counters()};
            Eventually.poll(
                    AGREED,
                    () -> {
                        LockSupport.parkNanos(AGREED.dividedBy(7).toNanos());
                        return counters();
                    },
                    now -> {
                        var still = now.series().equals(reads[0].series());
                        reads[0] = now;
                        return still;
                    });
            last = reads[0];
        }

        void step(Ask ask, Clients clients) {
            if (ask.together() > 1 || ask.flags().spread()) {
                crowd(ask, clients);
                return;
            }
            for (var time = 1; time <= ask.times(); time++) {
                var outcomes =
                        ask.until() == 0
                                ? clients.ask(ask)
                                : Eventually.poll(
                                        SETTLED,
                                        () -> clients.ask(ask),
                                        o -> o.getLast().status() == ask.until());
                for (var i = 0; i < outcomes.size(); i++) {
                    var label =
                            ask.label()
                                    + (ask.times() > 1 ? "." + time : "")
                                    + (outcomes.size() > 1 ? "/" + (i + 1) : "");
                    outcomes.get(i).facts().forEach((k, v) -> facts.put(label + ": " + k, v));
                }
            }
        }

        /// Many at once, of which it does not matter who was first: each kind of answer is counted.
        private void crowd(Ask ask, Clients clients) {
            together = true;
            spread |= ask.flags().spread();
            var outcomes = new ArrayList<Outcome>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var all = new ArrayList<CompletableFuture<List<Outcome>>>();
                for (var i = 0; i < ask.together(); i++) {
                    all.add(
                            CompletableFuture.supplyAsync(
                                    () -> {
                                        var some = new ArrayList<Outcome>();
                                        for (var n = 0; n < ask.times(); n++) {
                                            some.addAll(clients.ask(ask));
                                        }
                                        return some;
                                    },
                                    threads));
                }
                all.forEach(one -> outcomes.addAll(one.join()));
            }
            var counts = new TreeMap<String, Integer>();
            for (var outcome : outcomes) {
                var kind =
                        ask.flags().spread()
                                ? outcome.facts().getOrDefault("body", outcome.facts().get("end"))
                                : normal.of(outcome.facts()).toString();
                counts.merge(kind.replace("\\n", "").replace(' ', '_'), 1, Integer::sum);
            }
            if (ask.flags().spread()) {
                var text = new StringBuilder();
                counts.forEach((kind, n) -> text.append(kind).append('=').append(n).append(' '));
                facts.put(ask.label() + ": spread", text.toString().strip());
            } else {
                counts.forEach((kind, n) -> facts.put(ask.label() + ": " + kind, n + " times"));
            }
        }

        /// Until all upstream servers are at rest and a line of our own is in the access log.
        void settle() {
            Eventually.poll(
                    SETTLED,
                    () -> seen.values().stream().allMatch(p -> p.open() == 0),
                    rest -> rest);
            var word = "/" + SENTINELS.incrementAndGet();
            try (var clients = new Clients(ports)) {
                var ask =
                        Ask.of(
                                0,
                                new Tree(
                                        "sentinel",
                                        Map.of(
                                                "request",
                                                "GET " + word,
                                                "via",
                                                ResourceSet.SENTINEL)));
                clients.ask(ask);
            }
            Eventually.poll(
                    SETTLED, () -> peer.log().contains("sentinel " + word), written -> written);
        }

        /// Everything that is known now, comparable.
        Map<String, String> facts(java.util.Set<String> shared) {
            var all = new TreeMap<>(normal.of(facts));
            if (!spread) {
                log(all);
                received(all);
                all.putAll(normal.of(counters().since(before, shared)));
            }
            return all;
        }

        private void log(Map<String, String> into) {
            var lines =
                    peer.log().stream()
                            .skip(logBefore)
                            .filter(l -> l.startsWith("line") || l.startsWith("{"))
                            .toList();
            var number = 0;
            for (var line : together ? lines.stream().map(this::normal).sorted().toList() : lines) {
                number++;
                if (line.startsWith("{")) {
                    into.put("log " + number + " line", normal(line));
                    continue;
                }
                var values = line.split(" \\| ", -1);
                for (var i = 1; i < values.length && i <= format.size(); i++) {
                    into.put("log " + number + " " + format.get(i - 1), normal(values[i]));
                }
            }
        }

        private String normal(String text) {
            return normal.of(Map.of("", text)).getOrDefault("", "");
        }

        private void received(Map<String, String> into) {
            seen.forEach((name, pass) -> {
                if (together) {
                    var counts = new TreeMap<String, Integer>();
                    pass.received()
                            .forEach(r ->
                                    counts.merge(normal.of(r.facts()).toString(), 1, Integer::sum));
                    counts.forEach((r, n) -> into.put("upstream " + name + " " + r, n + " times"));
                    return;
                }
                var number = 0;
                for (var one : pass.received()) {
                    number++;
                    var place = "upstream " + name + " " + number + ": ";
                    normal.of(one.facts()).forEach((k, v) -> into.put(place + k, v));
                    into.put(place + "connection", Integer.toString(one.connection()));
                }
            });
        }
    }
}
