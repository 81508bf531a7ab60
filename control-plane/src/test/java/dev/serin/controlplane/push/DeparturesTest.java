package dev.serin.controlplane.push;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.controlplane.collection.Collections;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.registry.MeshEndpoint;
import dev.serin.controlplane.registry.MeshEndpoint.Health;
import dev.serin.controlplane.registry.Place;
import dev.serin.controlplane.registry.Workload;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

final class DeparturesTest {
    private static final String LEAVES = "10.244.0.7";

    private final Departures departures = new Departures();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    private static MeshSnapshot mesh(long revision, Health ofTheOneThatLeaves) {
        var empty = Collections.empty(MeshSnapshot.Settings.USUAL);
        var endpoints =
                List.of(endpoint("10.244.0.6", Health.READY), endpoint(LEAVES, ofTheOneThatLeaves));
        return new MeshSnapshot(
                revision,
                empty.settings(),
                empty.services(),
                empty.policies(),
                empty.routes(),
                empty.gateways(),
                Map.of("digits.default.svc.cluster.local", Map.of("http", endpoints)),
                empty.pods());
    }

    private static MeshEndpoint endpoint(String address, Health health) {
        var workload = Workload.of("digits", "default", "", Map.of());
        return new MeshEndpoint(address, 8501, health, workload, Place.UNKNOWN);
    }

    @Test
    void isOverWhenEveryProxyHasHeard() {
        departures.synced("gateway-1", 4);
        departures.synced("other-2", 4);
        departures.add(LEAVES, gone, mesh(4, Health.READY));
        departures.synced("gateway-1", 5);
        departures.published(mesh(5, Health.READY)); // something else has changed
        departures.synced("other-2", 5);
        assertFalse(gone.isDone(), "it is still among the ready");
        departures.published(mesh(6, Health.DRAINING));
        departures.synced("gateway-1", 6);
        departures.published(mesh(7, Health.DRAINING));
        assertFalse(gone.isDone(), "one proxy has not answered yet");
        departures.synced("other-2", 7);
        assertTrue(gone.isDone());
    }

    @Test
    void proxiesThatAreGoneAreNotWaitedFor() {
        departures.synced("gateway-1", 6);
        departures.synced("other-2", 4);
        departures.add(LEAVES, gone, mesh(6, Health.DRAINING));
        assertFalse(gone.isDone());
        departures.disconnected("other-2");
        assertTrue(gone.isDone());
    }

    @Test
    void isOverAtOnceWithoutProxiesOrWithoutAControlPlane() {
        departures.add(LEAVES, gone, mesh(6, Health.NOT_READY));
        assertTrue(gone.isDone());
        var other = new CompletableFuture<Void>();
        departures.add(LEAVES, other, mesh(7, Health.READY));
        assertFalse(other.isDone());
        departures.close();
        assertTrue(other.isDone());
    }
}
