package dev.serin.conformance.differential;

import dev.serin.conformance.differential.peer.EnvoyPeer;
import dev.serin.conformance.differential.peer.ResourceServer;
import dev.serin.conformance.differential.peer.SerinPeer;
import dev.serin.conformance.differential.scenario.Scenario;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// Plays several scenarios at once. A lane is a discovery server and two proxies, and plays one
/// scenario after the other: lanes share nothing but the machine. Most of a scenario is waiting, so
/// there are more lanes than a small machine has processors.
final class Lanes implements AutoCloseable {
    private static final int COUNT = Integer.getInteger("serin.lanes", 4);

    /// If more scenarios than these differ, it is not for lack of time.
    private static final int SECOND_CHANCES = 50;

    private final ExecutorService threads = Executors.newFixedThreadPool(COUNT);
    private final ConcurrentLinkedQueue<Lane> idle = new ConcurrentLinkedQueue<>();
    private final Path folder;
    private final Predicate<Difference> listed;

    /// @param folder for the files of the proxies
    /// @param listed whether a difference is meant
    Lanes(Path folder, Predicate<Difference> listed) {
        this.folder = folder;
        this.listed = listed;
    }

    /// What becomes of each scenario, in their order. Those that are played alone come when all
    /// others have been played; then those that differed come again, alone as well: beside three
    /// other lanes a timeout may strike another request than it should.
    Map<Scenario, CompletableFuture<Played>> play(List<Scenario> scenarios) {
        var results = new LinkedHashMap<Scenario, CompletableFuture<Played>>();
        scenarios.forEach(s -> results.put(s, new CompletableFuture<>()));
        var firsts = new LinkedHashMap<Scenario, CompletableFuture<Played>>();
        for (var scenario : scenarios) {
            if (!scenario.alone()) {
                var first = CompletableFuture.supplyAsync(() -> one(scenario), threads);
                firsts.put(scenario, first);
                first.thenAccept(played -> {
                    if (played.unlisted(listed).isEmpty()) {
                        results.get(scenario).complete(played);
                    }
                });
            }
        }
        CompletableFuture.allOf(firsts.values().toArray(CompletableFuture[]::new))
                .whenCompleteAsync((_, _) -> alone(results, firsts), threads);
        return results;
    }

    /// Plays one after the other what has no result yet.
    private void alone(
            Map<Scenario, CompletableFuture<Played>> results,
            Map<Scenario, CompletableFuture<Played>> firsts) {
        var open = new ArrayList<>(results.keySet());
        open.removeIf(s -> results.get(s).isDone());
        var differing = open.stream().filter(firsts::containsKey).count();
        for (var scenario : open) {
            var first = firsts.get(scenario);
            var played =
                    first == null || differing <= SECOND_CHANCES
                            ? CompletableFuture.supplyAsync(() -> twice(scenario), Runnable::run)
                            : first;
            played.whenComplete((result, failure) -> {
                if (failure == null) {
                    if (first != null && result.unlisted(listed).isEmpty()) {
                        System.err.println(scenario + " differed beside others, not alone");
                    }
                    results.get(scenario).complete(result);
                } else {
                    results.get(scenario).completeExceptionally(failure);
                }
            });
        }
    }

    /// What differs alone is looked at once more: Envoy, too, may do the one or the other by which
    /// of two things comes first.
    private Played twice(Scenario scenario) {
        var played = one(scenario);
        if (played.unlisted(listed).isEmpty()) {
            return played;
        }
        System.err.println(scenario + " differed alone, is played again");
        return one(scenario);
    }

    private Played one(Scenario scenario) {
        var lane = idle.poll();
        if (lane == null) {
            lane = Lane.start(folder);
        }
        try {
            var played = lane.player.play(scenario, listed);
            idle.add(lane);
            return played;
        } catch (RuntimeException e) {
            lane.close(); // a proxy may have ended: the next scenario gets others
            throw e;
        }
    }

    @Override
    public void close() {
        threads.close();
        idle.forEach(Lane::close);
    }

    private record Lane(ResourceServer server, EnvoyPeer envoy, SerinPeer ours, Player player) {
        static Lane start(Path folder) {
            try {
                var server = new ResourceServer();
                var files = Files.createTempDirectory(folder, "lane");
                var envoy = new EnvoyPeer(EnvoyPeer.installed(), files, server.port());
                var ours = new SerinPeer(server.port());
                return new Lane(server, envoy, ours, new Player(server, ours, envoy));
            } catch (Exception e) {
                throw new IllegalStateException("a lane does not start", e);
            }
        }

        void close() {
            ours.close();
            envoy.close();
            server.close();
        }
    }
}
