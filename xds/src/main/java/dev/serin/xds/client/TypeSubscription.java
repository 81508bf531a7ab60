package dev.serin.xds.client;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;

import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What one type of resource wants, has told the server and holds. The client's owner owns it.
final class TypeSubscription {
    private final ResourceType type;
    private final boolean wildcard;
    private final Map<String, String> held = new LinkedHashMap<>();
    private Set<String> wanted = Set.of();
    private Set<String> told = Set.of();
    private boolean first = true;
    private String version = "";
    private String nonce = "";
    private long updates;
    private long rejected;
    private @Nullable String lastRejection;

    TypeSubscription(ResourceType type, boolean wildcard) {
        this.type = type;
        this.wildcard = wildcard;
    }

    ResourceType type() {
        return type;
    }

    boolean wildcard() {
        return wildcard;
    }

    void want(Set<String> names) {
        wanted = Set.copyOf(names);
    }

    /// A new stream knows nothing of what was told on the last.
    void restart() {
        first = true;
        told = Set.of();
        nonce = "";
    }

    /// The next request that the server must see, or null if it knows all.
    DeltaDiscoveryRequest.@Nullable Builder pending() {
        var request = DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
        if (first) {
            // An empty first request would mean everything.
            if (!wildcard && wanted.isEmpty()) {
                return null;
            }
            first = false;
            if (!wildcard) {
                held.keySet().retainAll(wanted);
            }
            request.putAllInitialResourceVersions(held);
        } else if (told.equals(wanted)) {
            return null;
        }
        var added = new TreeSet<>(wanted);
        added.removeAll(told);
        var gone = new TreeSet<>(told);
        gone.removeAll(wanted);
        gone.forEach(held::remove);
        told = wanted;
        return request.addAllResourceNamesSubscribe(added).addAllResourceNamesUnsubscribe(gone);
    }

    /// Notes what was applied, and makes the ACK or NACK. A refused resource keeps the version that
    /// is in force, or none: else the server would think after a reconnect that we have it.
    DeltaDiscoveryRequest answer(
            String nonce, ResourceWatcher.Change change, List<ResourceWatcher.Refused> refused) {
        this.nonce = nonce;
        version = change.version();
        updates++;
        var bad = new LinkedHashMap<String, String>();
        refused.forEach(r -> bad.merge(r.name(), r.reason(), (a, b) -> a + "; " + b));
        for (var resource : change.resources()) {
            if (!bad.containsKey(resource.name())) {
                held.put(resource.name(), resource.version());
            }
        }
        change.removed().forEach(held::remove);
        var ack =
                DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setResponseNonce(nonce);
        if (!bad.isEmpty()) {
            rejected++;
            var error = error(bad);
            lastRejection = error.getMessage();
            ack.setErrorDetail(error);
        }
        return ack.build();
    }

    AdsState.OfType state() {
        return new AdsState.OfType(
                wanted.size(), held.size(), version, nonce, updates, rejected, lastRejection);
    }

    private static Status error(Map<String, String> bad) {
        var text = new StringBuilder();
        var details = BadRequest.newBuilder();
        bad.forEach((name, reason) -> {
            text.append(text.isEmpty() ? "" : "\n").append(name).append(": ").append(reason);
            details.addFieldViolationsBuilder().setField(name).setDescription(reason);
        });
        return Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage(text.toString())
                .addDetails(Any.pack(details.build()))
                .build();
    }
}
