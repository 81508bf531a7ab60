package dev.serin.proxy;

import dev.serin.proxy.ads.Plane;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Stub.
final class LivePlane implements Plane {
    LivePlane(ProxyPlace place, ProxyRuntime runtime, ProxyTelemetry telemetry) {}

    @Override
    public List<Rejected> apply(ConfigUpdate update) {
        return List.of();
    }

    @Override
    public Set<String> wanted(String typeUrl) {
        return Set.of();
    }

    @Override
    public List<String> unbound() {
        return List.of();
    }

    @Override
    public String clusters() {
        return "";
    }

    @Override
    public String listeners() {
        return "";
    }

    @Override
    public CompletableFuture<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
}
