package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;

import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.Test;

import java.util.List;

class UnreadFieldsTest {
    private final UnreadFields unread = new UnreadFields(FieldLists.own(), KnownTypes::find);

    private List<String> of(Message message) {
        return unread.in(message.getDescriptorForType(), message.toByteString()).stream()
                .map(u -> u.field() + " " + u.reason())
                .toList();
    }

    @Test
    void whatIsReadIsNoProblem() {
        assertEquals(List.of(), of(Rig.http()));
        assertEquals(List.of(), of(Rig.cluster("one", 1)));
    }

    @Test
    void everyUnreadFieldIsNamedWithItsPath() {
        assertEquals(
                List.of(
                        "udp_listener_config is set, but this proxy does not support it",
                        "enable_mptcp is true, but this proxy does not support it",
                        "address.socket_address.named_port is http, but this proxy does not"
                                + " support it"),
                of(
                                Yaml.listener(
                                        """
                                        name: main
                                        address: {socket_address: {address: 127.0.0.1, named_port: http}}
                                        enable_mptcp: true
                                        udp_listener_config: {}
                                        """))
                        .stream()
                        .sorted(java.util.Comparator.reverseOrder())
                        .toList());
    }

    @Test
    void elementsAreCalledByTheirNamesElseByTheirNumber() {
        assertEquals(
                List.of(
                        "virtual_hosts['shop'].routes[1].route.retry_policy_typed_config is set,"
                                + " but this proxy does not support it",
                        "virtual_hosts['shop'].routes['last'].route.hedge_policy is set, but this"
                                + " proxy does not support it"),
                of(
                        Yaml.route(
                                """
                                name: routes
                                virtual_hosts:
                                - name: shop
                                  domains: ["*"]
                                  routes:
                                  - match: {prefix: /a}
                                    route: {cluster: a}
                                  - match: {prefix: /b}
                                    route: {cluster: a, retry_policy_typed_config: {}}
                                  - name: last
                                    match: {prefix: /}
                                    route: {cluster: a, hedge_policy: {}}
                                """)));
    }

    @Test
    void otherValuesOfAFieldAreNamed() {
        assertEquals(
                List.of(
                        "health_checks[0].http_health_check.codec_client_type is HTTP3, and this"
                                + " proxy supports only HTTP1, HTTP2"),
                of(
                        Yaml.cluster(
                                """
                                name: a
                                health_checks:
                                - timeout: 1s
                                  interval: 1s
                                  unhealthy_threshold: 1
                                  healthy_threshold: 1
                                  http_health_check: {path: /, codec_client_type: HTTP3}
                                """)));
    }

    @Test
    void extensionsAreLookedInto() {
        var field = "filter_chains[0].filters['hcm'].typed_config.http_filters['";
        assertEquals(
                List.of(
                        field
                                + "f'].typed_config.max_active_faults_runtime is x, but this proxy"
                                + " does not support it",
                        field
                                + "t'].typed_config.abort.grpc_statuses is no field of"
                                + " envoy.extensions.filters.http.fault.v3.FaultAbort"),
                of(
                        Rig.http(
                                """
                                - name: f
                                  typed_config:
                                    "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                                    max_active_faults_runtime: x
                                - name: t
                                  typed_config:
                                    "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                                    type_url: type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                                    value: {abort: {httpStatus: 500, grpc_statuses: [1], percentage: {numerator: 3}}}
                                """)));
    }

    @Test
    void fieldsOfNewerMessagesAreNamedByNumber() {
        var newer =
                UnknownFieldSet.newBuilder()
                        .addField(9999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build();
        assertEquals(
                List.of(
                        "field 9999 is newer than this proxy knows"
                                + " envoy.config.listener.v3.Listener"),
                of(Listener.newBuilder().setName("main").setUnknownFields(newer).build()));
    }

    @Test
    void typesThatNobodyKnowsAreLeftToWhoeverReadsThem() {
        var listener = Rig.http().toBuilder();
        listener.getFilterChainsBuilder(0)
                .getFiltersBuilder(0)
                .setTypedConfig(Any.newBuilder().setTypeUrl("type.googleapis.com/x.y.Z"));
        assertEquals(List.of(), of(listener.build()));
    }
}
