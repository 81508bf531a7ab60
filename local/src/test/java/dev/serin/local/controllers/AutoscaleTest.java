package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.local.api.Usage;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The autoscaler over controllers that make the pods that it asks for.
@ExtendWith(NothingLeft.class)
class AutoscaleTest {
    private static final String CPU =
            "{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50}}}";

    private final World world = new World(1);

    @AfterEach
    void close() {
        world.close();
        assertEquals(List.of(), world.failures);
    }

    @Test
    void growsAtOnceAndShrinksAfterFiveMinutes() {
        deployment(2, "'requests':{'cpu':'1'}");
        scaler("'minReplicas':2,'maxReplicas':10,'metrics':[" + CPU + "]");
        use(0.5);
        round();
        assertEquals("2 of 2; 2", counts());
        assertEquals("True ValidMetricFound", condition("ScalingActive"));
        assertEquals("True ReadyForNewScale", condition("AbleToScale"));
        assertEquals("False DesiredWithinRange", condition("ScalingLimited"));
        var current = scaler().status().at("/currentMetrics/0/resource/current");
        assertEquals("50 500m", text(current, "averageUtilization", "averageValue"));

        use(1.0);
        round();
        assertEquals(4, world.deployment("web").spec().path("replicas").asInt(0));
        assertEquals(
                List.of(
                        "New size: 4; reason: cpu resource utilization (percentage of request)"
                                + " above target"),
                world.api.events("SuccessfulRescale"));
        assertEquals("True SucceededRescale", condition("AbleToScale"));
        assertEquals(
                world.time.now().toString(), scaler().status().path("lastScaleTime").asString(""));

        world.settle();
        use(0.1);
        round();
        assertEquals("4 of 4; 4", counts());
        assertEquals("True ScaleDownStabilized", condition("AbleToScale"));
        for (var rounds = 0; rounds < 18; rounds++) {
            use(0.1);
            round();
        }
        assertEquals(4, world.deployment("web").spec().path("replicas").asInt(0));
        for (var rounds = 0; rounds < 3; rounds++) {
            use(0.1);
            round();
        }
        assertEquals(2, world.deployment("web").spec().path("replicas").asInt(0));
        assertEquals("True TooFewReplicas", condition("ScalingLimited"));
        assertTrue(
                world.api
                        .events("SuccessfulRescale")
                        .contains("New size: 2; reason: All metrics below target"));
    }

    @Test
    void saysWhyItCannotTell() {
        deployment(1, "'limits':{'memory':'1Gi'}");
        scaler("'maxReplicas':3,'metrics':[" + CPU + "]");
        round();
        var failed = "failed to get cpu utilization: ";
        assertEquals("False FailedGetResourceMetric", condition("ScalingActive"));
        assertEquals(
                "the HPA was unable to compute the replica count: "
                        + failed
                        + "unable to get metrics for resource cpu: no metrics returned from"
                        + " resource metrics API",
                message("ScalingActive"));
        use(0.7);
        round();
        var pod = world.pods().getFirst().name();
        assertEquals(
                "the HPA was unable to compute the replica count: "
                        + failed
                        + "missing request for cpu in container c of Pod "
                        + pod,
                message("ScalingActive"));
        assertTrue(
                world.api
                        .events("FailedComputeMetricsReplicas")
                        .getLast()
                        .startsWith("invalid metrics (1 invalid out of 1), first error is: "));
        assertEquals(1, world.deployment("web").spec().path("replicas").asInt(0));
    }

    @Test
    void staysBetweenItsBoundsWhateverIsMeasured() {
        deployment(1, "'requests':{'cpu':'1'}");
        scaler("'minReplicas':3,'maxReplicas':4,'metrics':[" + CPU + "]");
        round();
        assertEquals(3, world.deployment("web").spec().path("replicas").asInt(0));
        world.edit("web", spec -> spec.put("replicas", 9));
        round();
        assertEquals(4, world.deployment("web").spec().path("replicas").asInt(0));
        world.edit("web", spec -> spec.put("replicas", 0));
        round();
        assertEquals("False ScalingDisabled", condition("ScalingActive"));
        assertEquals(0, world.deployment("web").spec().path("replicas").asInt(-1));
    }

    @Test
    void withoutItsTargetItWaits() {
        scaler("'maxReplicas':3,'metrics':[" + CPU + "]");
        round();
        assertEquals("False FailedGetScale", condition("AbleToScale"));
        assertEquals(
                "the HPA controller was unable to get the target's current scale: deployments.apps"
                        + " \"web\" not found",
                message("AbleToScale"));
    }

    @Test
    void ofSeveralMetricsTheOneThatAsksForMostCounts() {
        deployment(2, "'requests':{'cpu':'1'}");
        scaler(
                "'maxReplicas':10,'metrics':["
                        + CPU
                        + ",{'type':'Pods','pods':{'metric':{'name':'rps'},'target':{'type':'AverageValue','averageValue':'10'}}}"
                        + ",{'type':'Object','object':{'metric':{'name':'rps'},'describedObject':{'kind':'Service','name':'web'},'target':{'type':'Value','value':'100'}}}"
                        + ",{'type':'External','external':{'metric':{'name':'queue'},'target':{'type':'AverageValue','averageValue':'30'}}}]");
        use(0.5);
        world.pods().forEach(pod -> world.metrics.named.put("rps " + pod.name(), 15_000.0));
        world.metrics.named.put("rps web", 100_000.0);
        world.metrics.named.put("queue", 50_000.0);
        round();
        assertEquals(3, world.deployment("web").spec().path("replicas").asInt(0));
        assertEquals(
                List.of("New size: 3; reason: pods metric rps above target"),
                world.api.events("SuccessfulRescale"));
        var all = scaler().status().path("currentMetrics");
        assertEquals("15", all.at("/1/pods/current/averageValue").asString(""));
        assertEquals("100", all.at("/2/object/current/value").asString(""));
        assertEquals("25", all.at("/3/external/current/averageValue").asString(""));
        // One that nobody knows keeps it from shrinking, not from growing.
        world.settle();
        world.metrics.named.remove("queue");
        use(0.01);
        world.pods().forEach(pod -> world.metrics.named.put("rps " + pod.name(), 1000.0));
        world.metrics.named.put("rps web", 1000.0);
        round();
        assertEquals("False FailedGetExternalMetric", condition("ScalingActive"));
        world.pods().forEach(pod -> world.metrics.named.put("rps " + pod.name(), 20_000.0));
        round();
        assertEquals(6, world.deployment("web").spec().path("replicas").asInt(0));
    }

    private void deployment(int replicas, String resources) {
        var body = World.deployment("web", replicas, "").body().deepCopy();
        var text =
                body.toString()
                        .replace(
                                "\"name\":\"c\",",
                                "\"name\":\"c\",'resources':{" + resources + "},");
        world.api.create(MemoryApi.resource(Kinds.DEPLOYMENT, text));
        world.settle();
        // The time in which a program that starts is not to be trusted.
        world.time.advance(Duration.ofMinutes(6));
        world.quiet();
    }

    private void scaler(String spec) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.AUTOSCALER,
                        "{'metadata':{'name':'web'},'spec':{'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'web'},"
                                + spec
                                + "}}"));
    }

    /// Each pod uses so many cores.
    private void use(double cores) {
        world.metrics.used.clear();
        world.pods()
                .forEach(pod ->
                        world.metrics.used.add(
                                new Usage.OfPod(
                                        "default",
                                        pod.name(),
                                        world.time.now(),
                                        Duration.ofSeconds(15),
                                        new TreeMap<>(
                                                Map.of("c", new Usage.Amount(cores, 1 << 20))))));
    }

    private void round() {
        world.time.advance(Duration.ofSeconds(15));
        world.quiet();
    }

    private Resource scaler() {
        return Objects.requireNonNull(world.api.get(Kinds.key(Kinds.AUTOSCALER, "default", "web")));
    }

    private String counts() {
        var status = scaler().status();
        return status.path("currentReplicas").asInt(-1)
                + " of "
                + status.path("desiredReplicas").asInt(-1)
                + "; "
                + world.deployment("web").spec().path("replicas").asInt(-1);
    }

    private String condition(String type) {
        var condition = condition(scaler(), type);
        return text(condition, "status", "reason");
    }

    private String message(String type) {
        return condition(scaler(), type).path("message").asString("");
    }

    private static tools.jackson.databind.JsonNode condition(Resource scaler, String type) {
        return Objects.requireNonNull(
                new Conditions(scaler.status(), java.time.Instant.EPOCH).get(type));
    }

    private static String text(tools.jackson.databind.JsonNode node, String... fields) {
        return List.of(fields).stream()
                .map(field -> node.path(field).asString(""))
                .collect(Collectors.joining(" "));
    }
}
