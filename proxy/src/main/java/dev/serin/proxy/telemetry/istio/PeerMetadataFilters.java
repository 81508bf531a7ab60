package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Value;

import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.Direction;

import java.util.List;
import java.util.function.Supplier;

/// The filter by which two proxies learn who the other one serves, in two headers that neither
/// application sees. Inbound it reads and removes those of the request and returns its own on the
/// response; outbound and on a gateway the other way round. As Istio's `istio.metadata_exchange`.
public final class PeerMetadataFilters implements HttpFilterFactory {
    private static final String ID = "x-envoy-peer-metadata-id";
    private static final String METADATA = "x-envoy-peer-metadata";

    private static final Value NO = Value.getDefaultInstance();

    private final Exchange exchange;

    public PeerMetadataFilters(PeerMetadata own) {
        this.exchange = new Exchange(own);
    }

    @Override
    public List<String> types() {
        return List.of("io.istio.http.peer_metadata.Config");
    }

    /// Which headers go where follows from the listener's direction, as Istio configures it too.
    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) {
        return () -> exchange;
    }

    /// Has no state of its own: what it learns is in the stream's slots.
    private record Exchange(PeerMetadata own) implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var headers = head.headers();
            if (inbound(stream)) {
                learn(stream, headers);
                return Next.CONTINUE;
            }
            // A client of a gateway, or an application, does not get to name itself.
            headers.remove(METADATA);
            headers.remove(ID);
            if (toMesh(stream)) {
                headers.set(ID, own.id());
                headers.set(METADATA, own.encoded());
            }
            return Next.CONTINUE;
        }

        @Override
        public Next response(StreamContext stream, ResponseHead head, boolean end) {
            var headers = head.headers();
            if (!inbound(stream)) {
                learn(stream, headers);
                return Next.CONTINUE;
            }
            headers.remove(METADATA);
            headers.remove(ID);
            // Only to those who told of themselves: others would not remove it.
            if (stream.slots().get(Peer.SLOT) != null) {
                headers.set(ID, own.id());
                headers.set(METADATA, own.encoded());
            }
            return Next.CONTINUE;
        }

        private void learn(StreamContext stream, Headers headers) {
            var metadata = headers.get(METADATA);
            if (metadata != null) {
                stream.slots().put(Peer.SLOT, own.read(metadata));
                headers.remove(METADATA);
            }
            headers.remove(ID);
        }

        private static boolean inbound(StreamContext stream) {
            return stream.downstream().direction() == Direction.INBOUND;
        }

        /// Whether the cluster is a service that the control plane knows to be in the mesh.
        private static boolean toMesh(StreamContext stream) {
            var cluster = stream.clusterName();
            if (cluster == null || cluster.endsWith("PassthroughCluster")) {
                return false;
            }
            var istio = stream.clusterMetadata().get("istio");
            return istio == null || !istio.getFieldsOrDefault("external", NO).getBoolValue();
        }
    }
}
