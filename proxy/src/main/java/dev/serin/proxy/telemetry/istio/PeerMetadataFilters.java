package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.IstioMessages;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.Slot;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The filter by which two proxies learn who the other one serves, in two headers that neither
/// application sees. A sidecar learns inbound from the request and tells of itself on the response;
/// outbound the other way round. As Istio's `istio.metadata_exchange`.
public final class PeerMetadataFilters implements HttpFilterFactory {
    private static final String ID = "x-envoy-peer-metadata-id";
    private static final String METADATA = "x-envoy-peer-metadata";

    private static final Value NO = Value.getDefaultInstance();

    private final PeerMetadata own;

    public PeerMetadataFilters(PeerMetadata own) {
        this.own = own;
    }

    @Override
    public List<String> types() {
        return List.of("io.istio.http.peer_metadata.Config");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        var fields = IstioMessages.read(config);
        if (fields.getFieldsOrDefault("shared_with_upstream", NO).getBoolValue()) {
            throw new ConfigProblem(
                    "shared_with_upstream", "there are no internal listeners to share it with");
        }
        var labels = list(fields, "additional_labels").stream().map(Value::getStringValue).toList();
        var exchange =
                new Exchange(
                        own,
                        own.encoded(labels),
                        learning(fields, "downstream_discovery"),
                        learning(fields, "upstream_discovery"),
                        telling(fields, "downstream_propagation"),
                        telling(fields, "upstream_propagation"));
        return () -> exchange;
    }

    private static List<Value> list(Struct fields, String name) {
        return fields.getFieldsOrDefault(name, NO).getListValue().getValuesList();
    }

    /// By which an end of the stream is learnt about, in this order.
    private enum Method {
        HEADERS,
        BAGGAGE
    }

    /// Discovery by address is no method: as with Envoy where the bootstrap has no discovery of
    /// workloads, it finds none.
    private static List<Method> learning(Struct fields, String name) {
        var methods = new ArrayList<Method>();
        for (var method : list(fields, name)) {
            if (method.getStructValue().containsFields("istio_headers")) {
                methods.add(Method.HEADERS);
            } else if (method.getStructValue().containsFields("baggage")) {
                methods.add(Method.BAGGAGE);
            }
        }
        return List.copyOf(methods);
    }

    /// How this end is told of; null for not at all.
    private static @Nullable Telling telling(Struct fields, String name) throws ConfigProblem {
        Telling telling = null;
        for (var method : list(fields, name)) {
            var headers = method.getStructValue().getFieldsMap().get("istio_headers");
            if (headers == null) {
                throw new ConfigProblem(name, "only istio_headers is supported");
            }
            telling =
                    new Telling(
                            headers.getStructValue()
                                    .getFieldsOrDefault("skip_external_clusters", NO)
                                    .getBoolValue());
        }
        return telling;
    }

    /// @param skipExternal not where the cluster is outside of the mesh
    private record Telling(boolean skipExternal) {
        boolean wanted(StreamContext stream) {
            var istio = stream.clusterMetadata().get("istio");
            if (istio != null && istio.getFieldsOrDefault("disable_mx", NO).getBoolValue()) {
                return false;
            }
            if (!skipExternal) {
                return true;
            }
            return !"PassthroughCluster".equals(stream.clusterName())
                    && (istio == null || !istio.getFieldsOrDefault("external", NO).getBoolValue());
        }
    }

    /// Has no state of its own: what it learns is in the stream's slots.
    private record Exchange(
            PeerMetadata own,
            String encoded,
            List<Method> ofClient,
            List<Method> ofHost,
            @Nullable Telling toClient,
            @Nullable Telling toHost)
            implements HttpFilter {
        private static final Slot<Boolean> TOLD = new Slot<>(Boolean.class, "peer-told");

        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var headers = head.headers();
            if (!ofClient.isEmpty()) {
                if (toClient != null && headers.has(METADATA)) {
                    stream.slots().put(TOLD, true);
                }
                learn(stream, headers, ofClient, Peer.SLOT);
            }
            if (toHost != null) {
                // A client of a gateway, or an application, does not get to name itself.
                headers.remove(METADATA);
                headers.remove(ID);
                if (toHost.wanted(stream)) {
                    tell(headers);
                }
            }
            return Next.CONTINUE;
        }

        @Override
        public Next response(StreamContext stream, ResponseHead head, boolean end) {
            var headers = head.headers();
            learn(stream, headers, ofHost, Peer.UPSTREAM);
            // Only to those who told of themselves: others would not remove it.
            if (toClient != null && stream.slots().get(TOLD) != null && toClient.wanted(stream)) {
                tell(headers);
            }
            return Next.CONTINUE;
        }

        private void tell(Headers headers) {
            headers.set(ID, own.id());
            headers.set(METADATA, encoded);
        }

        private void learn(
                StreamContext stream, Headers headers, List<Method> methods, Slot<Peer> slot) {
            for (var method : methods) {
                var peer =
                        switch (method) {
                            case HEADERS -> {
                                var told = headers.get(METADATA);
                                yield told == null ? null : own.read(told);
                            }
                            case BAGGAGE -> Peer.ofBaggage(headers.joined("baggage"));
                        };
                if (peer != null) {
                    stream.slots().put(slot, peer);
                    break;
                }
            }
            if (methods.contains(Method.HEADERS)) {
                headers.remove(METADATA);
                headers.remove(ID);
            }
        }
    }
}
