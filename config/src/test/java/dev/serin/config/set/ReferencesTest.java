package dev.serin.config.set;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Manifests;
import dev.serin.config.Resource;
import dev.serin.config.check.Validator;
import dev.serin.config.codec.CurrentForm;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

class ReferencesTest {
    private static Resource virtualService(String subset) {
        return Manifests.resource(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: a, namespace: ns}
                spec:
                  hosts: [a]
                  http:
                  - route: [{destination: {host: a, subset: %s}}]
                    mirror: {host: a.ns.svc.cluster.local, subset: v1}
                """
                        .formatted(subset));
    }

    private static Resource rule(String namespace, String host) {
        return Manifests.resource(
                """
                apiVersion: networking.istio.io/v1alpha3
                kind: DestinationRule
                metadata: {name: a, namespace: %s}
                spec: {host: %s, subsets: [{name: v1}, {name: v2}]}
                """
                        .formatted(namespace, host));
    }

    private static List<String> unresolved(String subset, Resource... others) {
        return References.unresolved(virtualService(subset), List.of(others)).stream()
                .map(References.Unresolved::text)
                .toList();
    }

    @Test
    void aSubsetMayBeDeclaredByAnyFormOfItsHost() {
        assertEquals(List.of(), unresolved("v1", rule("ns", "a")));
        assertEquals(List.of(), unresolved("v1", rule("ns", "a.ns.svc.cluster.local")));
        assertEquals(List.of(), unresolved("v2", rule("istio-system", "'*.ns.svc.cluster.local'")));
    }

    @Test
    void aRuleOfAnotherNamespaceOrHostDoesNotCount() {
        assertEquals(2, unresolved("v1", rule("other", "a.ns.svc.cluster.local")).size());
        assertEquals(2, unresolved("v1", rule("ns", "b")).size());
        assertEquals(2, unresolved("v1").size());
    }

    @Test
    void theNearestSubsetIsNamed() {
        assertEquals(
                List.of(
                        "spec.http[0].route[0].destination.subset: no DestinationRule declares"
                                + " subset version-v2 of a.ns.svc.cluster.local (declared: v1, v2);"
                                + " did you mean v2?"),
                unresolved("version-v2", rule("ns", "a")));
    }

    @Test
    void theConditionTellsAndFitsTheKind() {
        var service = virtualService("v3");
        var now = Instant.parse("2026-01-01T00:00:00.123Z");
        var condition =
                References.condition(References.unresolved(service, List.of(rule("ns", "a"))), now);

        assertEquals("False", condition.path("status").asString());
        assertEquals("SubsetNotFound", condition.path("reason").asString());
        service.body().putObject("status").putArray("conditions").add(condition);
        assertEquals(
                List.of(),
                Validator.checkAll(
                        Manifests.SCHEMAS.get("networking.istio.io/v1", "VirtualService"),
                        service));
        assertEquals("True", References.condition(List.of(), now).path("status").asString());
    }

    @Test
    void versionsOfAKindAreOneToAnother() {
        var schemas = Manifests.SCHEMAS;
        var old = rule("ns", "a");
        var today = CurrentForm.in(old, schemas.get("networking.istio.io/v1", "DestinationRule"));

        assertEquals("networking.istio.io/v1", today.body().path("apiVersion").asString());
        assertEquals(old.key(), today.key());
        assertEquals(old.spec(), today.spec());
        assertEquals(List.of(), new CurrentForm(schemas).of(old).warnings());
    }
}
