package dev.serin.proxy.http.alpn;

import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.IstioMessages;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.UpstreamAlpn;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Offers the host's sidecar by ALPN what the client speaks, so that it need not look at the first
/// octets. A cluster may say that it does not want that. As Istio's `istio.alpn`.
public final class AlpnFilters implements HttpFilterFactory {
    private static final Value NONE = Value.getDefaultInstance();

    @Override
    public List<String> types() {
        return List.of("istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        var offers = new EnumMap<HttpProtocol, UpstreamAlpn>(HttpProtocol.class);
        var overrides = IstioMessages.read(config).getFieldsOrDefault("alpn_override", NONE);
        for (var override : overrides.getListValue().getValuesList()) {
            var fields = override.getStructValue();
            var offered =
                    fields
                            .getFieldsOrDefault("alpn_override", NONE)
                            .getListValue()
                            .getValuesList()
                            .stream()
                            .map(Value::getStringValue)
                            .toList();
            offers.put(
                    switch (fields.getFieldsOrDefault("upstream_protocol", NONE).getStringValue()) {
                        case "HTTP11" -> HttpProtocol.HTTP11;
                        case "HTTP2" -> HttpProtocol.HTTP2;
                        default -> HttpProtocol.HTTP10;
                    },
                    new UpstreamAlpn(offered));
        }
        var filter = new Offering(offers);
        return () -> filter;
    }

    /// Has no state of its own.
    private record Offering(Map<HttpProtocol, UpstreamAlpn> offers) implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var offer = offers.get(stream.upstreamProtocol());
            if (offer != null && wanted(stream)) {
                stream.slots().put(UpstreamAlpn.SLOT, offer);
            }
            return Next.CONTINUE;
        }

        private static boolean wanted(StreamContext stream) {
            var istio = stream.clusterMetadata().get("istio");
            return istio == null
                    || !istio.getFieldsOrDefault("alpn_override", NONE)
                            .getStringValue()
                            .equals("false");
        }
    }
}
