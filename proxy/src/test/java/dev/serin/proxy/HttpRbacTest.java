package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// RBAC on the wire.
@ExtendWith(NothingLeft.class)
class HttpRbacTest {
    private static Rig rig() {
        return new Rig(Draws.system());
    }

    private static String route(String more) {
        return """
        - name: one
          match: {prefix: /}
          route: {cluster: one}
        """
                + more.indent(2);
    }

    private static String perRoute(String filter, String type, String fields) {
        return """
        typed_per_filter_config:
          FILTER:
            "@type": type.googleapis.com/TYPE
        """
                        .replace("FILTER", filter)
                        .replace("TYPE", type)
                + fields.indent(4);
    }

    // ---- rbac

    private static String rbac(String fields) {
        return """
        - name: envoy.filters.http.rbac
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
        """
                + fields.indent(4);
    }

    @Test
    void allowsWhatAPolicyMatchesAndNamesTheOneThatDenies() throws Exception {
        var allow =
                rbac(
                        """
                        rules:
                          action: ALLOW
                          policies:
                            readers of-a:
                              permissions:
                              - and_rules:
                                  rules:
                                  - or_rules: {rules: [{header: {name: ":method", string_match: {exact: GET}}}]}
                                  - url_path: {path: {prefix: /a}}
                                  - not_rule: {header: {name: x-bad, present_match: true}}
                                  - {uri_template: {name: t, typed_config: {"@type": type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig, path_template: "/a/{x}/**"}}}
                              principals:
                              - and_ids:
                                  ids:
                                  - direct_remote_ip: {address_prefix: 127.0.0.0, prefix_len: 8}
                                  - not_id: {remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}
                        shadow_rules:
                          action: DENY
                          policies:
                            tried:
                              permissions: [{url_path: {path: {suffix: /shadow}}}]
                              principals: [{any: true}]
                        shadow_rules_stat_prefix: istio_dry_run_
                        """);
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(route("")), Rig.http(allow));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(200, client.get("/a/1/b/c?x").status());
                rig.end();
                var denied = client.get("/b");
                assertEquals(403, denied.status());
                assertEquals("RBAC: access denied", denied.body());
                assertEquals("rbac_access_denied_matched_policy[none]", rig.end().details());
                assertEquals(403, client.get("/a/1/b", "x-bad: 1").status());
                assertEquals(403, client.get("/a").status());
                rig.end();
                rig.end();
                assertEquals(200, client.get("/a/1/shadow").status());
                var metadata = DynamicMetadata.get(rig.end().slots(), "envoy.filters.http.rbac");
                assertEquals(
                        "denied",
                        metadata.getFieldsOrThrow("istio_dry_run_shadow_engine_result")
                                .getStringValue());
                assertEquals(
                        "tried",
                        metadata.getFieldsOrThrow("istio_dry_run_shadow_effective_policy_id")
                                .getStringValue());
                assertEquals(2, rig.counts.get("main.rbac.allowed"));
                assertEquals(3, rig.counts.get("main.rbac.denied"));
                assertEquals(1, rig.counts.get("main.rbac.istio_dry_run_.shadow_denied"));
            }
            rig.apply(
                    Rig.http(
                            allow.replace("action: ALLOW", "action: DENY")
                                    .replaceAll("(?s)  shadow_rules:.*", "")));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(403, client.get("/a/1/b").status());
                rig.end();
                assertEquals(200, client.get("/b").status());
            }
        }
    }

    @Test
    void aRoutesOwnRulesStandInPlaceOfTheListeners() throws Exception {
        var none = rbac("rules: {action: ALLOW}");
        var open =
                perRoute(
                        "envoy.filters.http.rbac",
                        "envoy.extensions.filters.http.rbac.v3.RBACPerRoute",
                        "rbac: {}");
        try (var one = Origin.answering("ok");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(route("")), Rig.http(none));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals(403, client.get("/").status());
                rig.apply(Rig.routes(route(open)));
                assertEquals(200, client.get("/").status());
            }
        }
    }
}
