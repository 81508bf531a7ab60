package dev.serin.proxy.listener;

import com.google.protobuf.ByteString;

import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.transport.ProxiedClient.Tlv;

import io.envoyproxy.envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What becomes of the further facts in a PROXY header: some are put into the connection's dynamic
/// metadata, some are passed on to hosts. Immutable. As Envoy's ProxyProtocol.rules and
/// pass_through_tlvs.
///
/// @param rules for metadata, by type: one for each
/// @param all whether every fact may be passed on
/// @param passed types of those that may
record TlvRules(Map<Integer, Rule> rules, boolean all, Set<Integer> passed) {
    private static final String NAMESPACE = "envoy.filters.listener.proxy_protocol";

    /// Where a fact is put.
    record Rule(String namespace, String key) {}

    static TlvRules of(ProxyProtocol message) {
        var rules = new HashMap<Integer, Rule>();
        for (var rule : message.getRulesList()) {
            var to = rule.getOnTlvPresent();
            var namespace = to.getMetadataNamespace();
            rules.put( // the last one of a type stands
                    rule.getTlvType(),
                    new Rule(namespace.isEmpty() ? NAMESPACE : namespace, to.getKey()));
        }
        var passing = message.getPassThroughTlvs();
        return new TlvRules(
                Map.copyOf(rules),
                message.hasPassThroughTlvs()
                        && passing.getMatchType() == PassTLVsMatchType.INCLUDE_ALL,
                Set.copyOf(new HashSet<>(passing.getTlvTypeList())));
    }

    void tell(ProxiedClient client, Slots slots) {
        for (var tlv : client.tlvs()) {
            var rule = rules.get(tlv.type());
            if (rule != null) {
                DynamicMetadata.put(slots, rule.namespace(), rule.key(), text(tlv.value()));
            }
        }
    }

    /// Octets that are no UTF-8 are shown as `!`, as by Envoy.
    private static String text(ByteString value) {
        return value.toStringUtf8().replace('\ufffd', '!');
    }

    /// The client with those of its facts that may be passed on.
    ProxiedClient passed(ProxiedClient client) {
        if (all || client.tlvs().isEmpty()) {
            return client;
        }
        List<Tlv> some = client.tlvs().stream().filter(t -> passed.contains(t.type())).toList();
        return new ProxiedClient(client.source(), client.destination(), some);
    }
}
