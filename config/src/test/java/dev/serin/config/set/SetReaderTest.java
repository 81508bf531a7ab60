package dev.serin.config.set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.config.Manifests;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class SetReaderTest {
    private static final String RULE =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata:
              name: iris
            spec:
              host: iris
              subsets:
              - name: v1
                labels:
                  version: v1
              - name: v2
                labels:
                  version: v2
            """;
    private static final String SPLIT =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: VirtualService
            metadata:
              name: iris
            spec:
              hosts:
              - iris
              http:
              - route:
                - destination:
                    host: iris
                    subset: v1
                  weight: 90
                - destination:
                    host: iris
                    subset: v2
                  weight: 10
            """;
    private static final String SERVICE =
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: iris
            spec:
              ports:
              - port: 8501
              selector:
                app: iris
            """;

    private static String deployment(String version) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: iris-%1$s
        spec:
          selector:
            matchLabels: {app: iris, version: %1$s}
          template:
            metadata:
              labels: {app: iris, version: %1$s}
            spec:
              containers:
              - name: model
                image: tensorflow/serving
        """
                .formatted(version);
    }

    private static SetResult read(String... texts) {
        var all = new ArrayList<SetReader.Text>();
        for (var i = 0; i < texts.length; i++) {
            all.add(new SetReader.Text((char) ('a' + i) + ".yaml", texts[i]));
        }
        return new SetReader(Manifests.SCHEMAS).readTexts(all);
    }

    private static List<String> problems(String... texts) {
        return read(texts).problems().stream().map(Problem::text).toList();
    }

    private static List<String> findings(String... texts) {
        var result = read(texts);
        assertEquals(List.of(), result.problems());
        return result.findings().stream().map(f -> f.code() + " " + f.problem().text()).toList();
    }

    @Test
    void aRightSetComesInTheOrderToApply() {
        var result = read(deployment("v1"), SPLIT, RULE, deployment("v2"), SERVICE);

        assertEquals(List.of(), result.problems());
        assertEquals(List.of(), result.findings());
        assertEquals(
                List.of(
                        "services default/iris",
                        "destinationrules.networking.istio.io default/iris",
                        "virtualservices.networking.istio.io default/iris",
                        "deployments.apps default/iris-v1",
                        "deployments.apps default/iris-v2"),
                result.resources().stream().map(r -> r.key().toString()).toList());
    }

    @Test
    void hostForHostsIsToldWithTheRightWord() {
        assertEquals(
                List.of(
                        "a.yaml:6: spec.host: unknown field host; expected: one of hosts, gateways,"
                                + " http, tls, tcp, exportTo; cure: did you mean hosts?"),
                problems(SPLIT.replace("hosts:", "host:"), RULE));
    }

    @Test
    void aSubsetThatNobodyDeclaresIsToldWithTheNearest() {
        assertEquals(
                List.of(
                        "a.yaml:12: spec.http[0].route[0].destination.subset: no DestinationRule of"
                            + " these files declares subset version-v1 of"
                            + " iris.default.svc.cluster.local; expected: one of v1, v2; cure: did"
                            + " you mean v1?"),
                problems(SPLIT.replace("subset: v1", "subset: version-v1"), RULE));
    }

    @Test
    void withoutADestinationRuleTheCureIsToAddOne() {
        var problems = problems(SPLIT);

        assertEquals(2, problems.size());
        assertTrue(
                problems.getFirst()
                        .endsWith("cure: add a DestinationRule for the host with this subset"),
                problems.getFirst());
    }

    @Test
    void zeroWeightsAreRefused() {
        var zero = SPLIT.replace("90", "0").replace("10", "0");

        assertEquals(
                List.of(
                        "a.yaml:9: spec.http[0].route: the weights are all zero: no arm gets a"
                            + " request; cure: give at least one arm a weight above 0, such as 90"
                            + " and 10"),
                problems(zero, RULE));
    }

    @Test
    void nothingIsTakenWhenAnythingIsWrong() {
        assertEquals(
                List.of(),
                read(SERVICE, SPLIT.replace("weight: 90", "weight: x"), RULE).resources());
    }

    @Test
    void allProblemsOfAllFilesAreToldAtOnce() {
        assertEquals(
                List.of(
                        "a.yaml:7: spec.ports[0].port: found \"8501\" (a string); expected: an"
                                + " integer of 32 bits; cure: take the quotes away: 8501",
                        "b.yaml:3: metadata.nam: unknown field nam; expected: one of name,"
                            + " generateName, namespace, uid, resourceVersion, generation,"
                            + " creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds,"
                            + " labels, annotations, ownerReferences, finalizers, managedFields;"
                            + " cure: did you mean name?"),
                problems(
                        SERVICE.replace("8501", "\"8501\""),
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {nam: x}
                        """));
    }

    @Test
    void theOldDeploymentBecomesOneOfToday() {
        var old =
                """
                apiVersion: extensions/v1beta1
                kind: Deployment
                metadata:
                  name: iris
                spec:
                  replicas: 2
                  template:
                    metadata:
                      labels:
                        app: iris
                    spec:
                      containers:
                      - name: model
                        image: example.org/iris
                """;
        var result = read(old, RULE, SERVICE);
        var deployment = result.resources().getLast();

        assertEquals("apps/v1", deployment.body().path("apiVersion").asString());
        assertEquals(
                "{\"matchLabels\":{\"app\":\"iris\"}}",
                deployment.spec().path("selector").toString());
        assertEquals(
                List.of(
                        "old-version a.yaml:1: apiVersion: extensions/v1beta1 Deployment is"
                                + " deprecated in v1.9+, unavailable in v1.16+; use apps/v1"
                                + " Deployment; cure: write apiVersion: apps/v1",
                        "subset-selects-no-pod b.yaml:9: spec.subsets[0].labels: subset v1 has no"
                                + " pod: no pod of iris in these files has version: v1; cure: give"
                                + " the template of its Deployment the label version",
                        "subset-selects-no-pod b.yaml:12: spec.subsets[1].labels: subset v2 has no"
                                + " pod: no pod of iris in these files has version: v2; cure: give"
                                + " the template of its Deployment the label version"),
                result.findings().stream().map(f -> f.code() + " " + f.problem().text()).toList());
    }

    @Test
    void theSameResourceTwiceIsRefused() {
        assertEquals(
                List.of(
                        "b.yaml:4: metadata.name: Service iris a second time (first at a.yaml:4);"
                                + " cure: rename one of the two, or take it out"),
                problems(SERVICE, SERVICE));
    }

    @Test
    void aVirtualServiceWithoutHostsNeedsOneThatDelegates() {
        var delegate =
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: part}
                spec:
                  http:
                  - route:
                    - destination: {host: iris}
                """;
        var root =
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: whole}
                spec:
                  hosts: [iris]
                  gateways: [outside]
                  http:
                  - delegate: {name: part}
                """;

        assertEquals(
                List.of(
                        "a.yaml:4: spec.hosts: not there, and no VirtualService of these files"
                                + " delegates to this one; expected: the names that requests are"
                                + " made to; cure: add hosts"),
                problems(delegate));
        assertEquals(List.of(), problems(delegate, root));
    }

    @Test
    void anUnknownKindIsToldWithTheNearest() {
        var problems = problems("apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: x}\n");

        assertTrue(problems.getFirst().startsWith("a.yaml:2: kind: unknown kind Deploymnt"));
        assertTrue(problems.getFirst().endsWith("cure: did you mean Deployment?"));
        assertEquals(
                List.of(
                        "a.yaml:1: apiVersion: no kind VirtualService in networking.istio.io/v2;"
                            + " expected: one of networking.istio.io/v1,"
                            + " networking.istio.io/v1beta1, networking.istio.io/v1alpha3; cure:"
                            + " write apiVersion: networking.istio.io/v1"),
                problems(SPLIT.replace("v1alpha3", "v2")));
    }

    @Test
    void doubtfulThingsAreFound() {
        assertEquals(
                List.of(
                        "host-without-service a.yaml:11: spec.http[0].route[0].destination.host: no"
                            + " Service of these files is iriss.default.svc.cluster.local; cure:"
                            + " did you mean iris.default.svc.cluster.local?"),
                findings(
                        SPLIT.replaceFirst("host: iris\n *subset: v1", "host: iriss"),
                        RULE,
                        SERVICE,
                        deployment("v1"),
                        deployment("v2")));
        assertEquals(
                List.of(
                        "service-selects-no-pod a.yaml:8: spec.selector: no pod of these files has"
                                + " the labels app: iris; cure: make it the labels of a"
                                + " Deployment's template"),
                findings(SERVICE));
        assertEquals(
                List.of(
                        "only-in-mesh c.yaml:5: spec: the rules hold for callers in the mesh only:"
                                + " who calls Service iris from outside gets its pods without them;"
                                + " cure: add gateways with a Gateway of yours and mesh"),
                findings(
                        SERVICE + "  type: LoadBalancer\n",
                        RULE,
                        SPLIT,
                        deployment("v1"),
                        deployment("v2")));
        assertEquals(
                List.of(
                        "gateway-not-in-set c.yaml:6: spec.gateways[0]: no Gateway of these files"
                                + " is default/out; cure: add the Gateway, unless it is there"
                                + " already",
                        "rule-never-reached c.yaml:19: spec.http[1]: never reached: spec.http[0]"
                                + " has no match and takes all; cure: put the rule without a match"
                                + " last",
                        "only-through-gateway c.yaml:6: spec.gateways: the rules hold at the"
                                + " gateway only: pods that call iris do not follow them; cure: add"
                                + " mesh to gateways"),
                findings(
                        SERVICE,
                        RULE,
                        SPLIT.replace("  hosts:", "  gateways: [out]\n  hosts:")
                                + "  - match:\n"
                                + "    - uri: {prefix: /v2}\n"
                                + "    route:\n"
                                + "    - destination: {host: iris}\n",
                        deployment("v1"),
                        deployment("v2")));
    }

    @Test
    void twoVirtualServicesForOneHostAreFound() {
        var found =
                findings(
                        SERVICE,
                        RULE,
                        SPLIT,
                        SPLIT.replace("name: iris\nspec", "name: other\nspec"),
                        deployment("v1"),
                        deployment("v2"));

        assertEquals(1, found.size());
        assertTrue(found.getFirst().startsWith("same-host-twice d.yaml:6: spec.hosts: host iris"));
    }

    @Test
    void aListIsTakenForItsItems() {
        var result =
                read(
                        """
                        apiVersion: v1
                        kind: List
                        items:
                        - apiVersion: v1
                          kind: Namespace
                          metadata: {name: Bad}
                        - apiVersion: v1
                          kind: Namespace
                          metadata: {name: good}
                        """);

        assertEquals(1, result.problems().size());
        assertTrue(
                result.problems()
                        .getFirst()
                        .text()
                        .startsWith("a.yaml:6: metadata.name: found \"Bad\""));
    }

    @Test
    void foldersAreReadWithoutTheirData(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("service.yaml"), SERVICE);
        Files.writeString(folder.resolve("rule.yml"), RULE);
        Files.writeString(folder.resolve("request.json"), "{\"instances\": [1]}");
        Files.writeString(folder.resolve("notes.txt"), "not yaml: [");
        Files.createDirectory(folder.resolve("inner.yaml"));
        var reader = new SetReader(Manifests.SCHEMAS);

        var result = reader.read(List.of(folder));
        assertEquals(List.of(), result.problems());
        assertEquals(2, result.resources().size());

        var missing = reader.read(List.of(folder.resolve("none.yaml")));
        assertEquals(
                List.of(
                        folder
                                + "/none.yaml: no such file or folder; cure: check the path after"
                                + " -f"),
                missing.problems().stream().map(Problem::text).toList());

        var empty = Files.createDirectory(folder.resolve("empty"));
        assertEquals(
                "no .yaml file here", reader.read(List.of(empty)).problems().getFirst().found());
    }

    @Test
    void aFileThatIsNotUtf8IsToldSo(@TempDir Path folder) throws IOException {
        var file = folder.resolve("latin.yaml");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xe4});

        assertEquals(
                "not UTF-8",
                new SetReader(Manifests.SCHEMAS).read(List.of(file)).problems().getFirst().found());
    }
}
