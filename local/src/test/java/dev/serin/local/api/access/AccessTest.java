package dev.serin.local.api.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.schema.Schemas;
import dev.serin.local.api.Authorizer.Attributes;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.store.Store;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

@ExtendWith(NothingLeft.class)
class AccessTest {
    private static final Caller BOB =
            new Caller("bob", "", List.of("staff", "system:authenticated"), Map.of());

    @TempDir Path folder;
    private Store store;
    private Access access;

    @BeforeEach
    void open() {
        store = new Store(folder.resolve("db"), 1000, 100);
        access = new Access(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aRoleHoldsWhereItIsBound() {
        role("Role", "demo", "reader", "[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]");
        bind("RoleBinding", "demo", "readers", "Role", "reader", "{'kind':'User','name':'bob'}");
        assertTrue(may(BOB, "get", "pods", "demo"));
        assertFalse(may(BOB, "list", "pods", "demo"));
        assertFalse(may(BOB, "get", "secrets", "demo"));
        assertFalse(may(BOB, "get", "pods", "other"));
        assertFalse(may(BOB, "get", "pods", ""));
        assertEquals(
                "RBAC: allowed by RoleBinding \"readers/demo\" of Role \"reader\" to User \"bob\"",
                access.reason(BOB, what("get", "pods", "", "demo", "")));
    }

    @Test
    void aClusterRoleHoldsEverywhereOrWhereItIsBound() {
        role("ClusterRole", "", "all", "[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}]");
        bind(
                "RoleBinding",
                "demo",
                "here",
                "ClusterRole",
                "all",
                "{'kind':'Group','name':'staff'}");
        assertTrue(may(BOB, "delete", "pods", "demo"));
        assertFalse(may(BOB, "delete", "pods", "other"));
        bind("ClusterRoleBinding", "", "all", "ClusterRole", "all", "{'kind':'User','name':'bob'}");
        assertTrue(may(BOB, "delete", "pods", "other"));
        assertTrue(may(BOB, "list", "nodes", ""));
    }

    @Test
    void subresourcesNamesAndPathsAreMeantOneByOne() {
        role(
                "ClusterRole",
                "",
                "some",
                "[{'verbs':['update'],'apiGroups':[''],'resources':['pods/status','*/scale']},"
                    + "{'verbs':['get'],'apiGroups':[''],'resources':['secrets'],"
                    + "'resourceNames':['one']},{'verbs':['get'],'nonResourceURLs':['/a/*','/b']}]");
        bind("ClusterRoleBinding", "", "x", "ClusterRole", "some", "{'kind':'User','name':'bob'}");
        assertTrue(access.allows(BOB, what("update", "pods", "status", "demo", "")));
        assertFalse(access.allows(BOB, what("update", "pods", "", "demo", "")));
        assertTrue(access.allows(BOB, what("update", "deployments", "scale", "demo", "")));
        assertTrue(access.allows(BOB, what("get", "secrets", "", "demo", "one")));
        assertFalse(access.allows(BOB, what("get", "secrets", "", "demo", "two")));
        assertFalse(access.allows(BOB, what("get", "secrets", "", "demo", "")));
        assertTrue(access.allows(BOB, Attributes.path("get", "/a/b/c")));
        assertTrue(access.allows(BOB, Attributes.path("get", "/b")));
        assertFalse(access.allows(BOB, Attributes.path("get", "/b/c")));
    }

    @Test
    void serviceAccountsAreNamedWithTheirNamespace() {
        role("Role", "demo", "reader", "[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]");
        bind(
                "RoleBinding",
                "demo",
                "readers",
                "Role",
                "reader",
                "{'kind':'ServiceAccount','name':'bot','namespace':'other'}");
        assertTrue(may(Caller.serviceAccount("other", "bot", "", Map.of()), "get", "pods", "demo"));
        assertFalse(may(Caller.serviceAccount("demo", "bot", "", Map.of()), "get", "pods", "demo"));
    }

    @Test
    void aRoleThatIsMissingIsTold() {
        bind("RoleBinding", "demo", "x", "Role", "gone", "{'kind':'User','name':'bob'}");
        assertEquals(
                "rbac: RBAC: role.rbac.authorization.k8s.io \"gone\" not found",
                access.reason(BOB, what("get", "pods", "", "demo", "")));
    }

    @Test
    void nobodyHandsOutMoreThanTheyHave() {
        role(
                "Role",
                "demo",
                "own",
                "[{'verbs':['get','list'],'apiGroups':[''],'resources':['pods']}]");
        bind("RoleBinding", "demo", "own", "Role", "own", "{'kind':'User','name':'bob'}");
        var grants = new Grants(access);
        var roles = served("Role");
        var less =
                body(
                        "demo",
                        "less",
                        "'rules':[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]");
        grants.authorize(BOB, roles, less, null);
        var more =
                body(
                        "demo",
                        "more",
                        "'rules':[{'verbs':['get','delete'],'apiGroups':[''],"
                                + "'resources':['pods','secrets']}]");
        assertEquals(
                "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"bob\""
                    + " (groups=[\"staff\" \"system:authenticated\"]) is attempting to grant RBAC"
                    + " permissions not currently held:\n"
                    + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}\n"
                    + "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"delete\"]}",
                assertThrows(Refusal.class, () -> grants.authorize(BOB, roles, more, null))
                        .getMessage());
        role(
                "Role",
                "demo",
                "escalate",
                "[{'verbs':['escalate'],'apiGroups':['rbac.authorization.k8s.io'],'resources':['roles']}]");
        bind("RoleBinding", "demo", "e", "Role", "escalate", "{'kind':'User','name':'bob'}");
        grants.authorize(BOB, roles, more, null);
        role("Role", "demo", "strong", "[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}]");
        var binding = body("demo", "b", "'roleRef':{'kind':'Role','name':'strong'}");
        var bindings = served("RoleBinding");
        assertThrows(Refusal.class, () -> grants.authorize(BOB, bindings, binding, null));
        role(
                "Role",
                "demo",
                "bind",
                "[{'verbs':['bind'],'apiGroups':['rbac.authorization.k8s.io'],"
                        + "'resources':['roles'],'resourceNames':['strong']}]");
        bind("RoleBinding", "demo", "f", "Role", "bind", "{'kind':'User','name':'bob'}");
        grants.authorize(BOB, bindings, binding, null);
    }

    @Test
    void theRolesThatAreThereFromTheBeginningAreMadeOfEachOther(@TempDir Path other) {
        try (var api =
                new dev.serin.local.api.LocalApi(
                        new dev.serin.local.api.LocalApi.Options(
                                other, Ticker.system(), Draws.system()))) {
            var client = api.client("test");
            var admin = new ResourceKey(Access.CLUSTER_ROLES, "", "admin");
            Eventually.eventually(
                    Duration.ofSeconds(20),
                    "admin may what view may",
                    () ->
                            Rule.of(client.get(admin).body().path("rules")).stream()
                                    .anyMatch(r -> r.allows(what("list", "pods", "log", "x", ""))));
            assertFalse(
                    Rule.of(client.get(admin).body().path("rules")).stream()
                            .anyMatch(r -> r.allows(what("create", "namespaces", "", "", ""))));
        }
    }

    private static Attributes what(
            String verb, String resource, String part, String namespace, String name) {
        return new Attributes(verb, "", "v1", resource, part, namespace, name, "");
    }

    private boolean may(Caller caller, String verb, String resource, String namespace) {
        return access.allows(caller, what(verb, resource, "", namespace, ""));
    }

    private static ServedKind served(String kind) {
        return new ServedKind(Schemas.load().get(Access.GROUP + "/v1", kind));
    }

    private void role(String kind, String namespace, String name, String rules) {
        write(kind, body(namespace, name, "'rules':" + rules));
    }

    private void bind(
            String kind, String namespace, String name, String role, String to, String subject) {
        write(
                kind,
                body(
                        namespace,
                        name,
                        "'subjects':[%s],'roleRef':{'kind':'%s','name':'%s'}"
                                .formatted(subject, role, to)));
    }

    private void write(String kind, ObjectNode body) {
        var plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
        var resource =
                new Resource(
                        new ResourceKind(
                                Access.GROUP, "v1", kind, plural, !kind.startsWith("Cluster")),
                        body);
        store.write(resource.key(), _ -> resource);
    }

    private static ObjectNode body(String namespace, String name, String rest) {
        var metadata =
                namespace.isEmpty()
                        ? "{'name':'%s'}".formatted(name)
                        : "{'name':'%s','namespace':'%s'}".formatted(name, namespace);
        return (ObjectNode)
                JsonMapper.shared()
                        .readTree(
                                "{'metadata':%s,%s}".formatted(metadata, rest).replace('\'', '"'));
    }
}
