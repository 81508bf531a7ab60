package dev.serin.local.controllers.scale;

import dev.serin.config.Resource;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Conditions;
import dev.serin.local.controllers.Statuses;

import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// The status of one autoscaler after one round, in Kubernetes' words. Made for that round.
final class ScalerReport {
    private final Resource scaler;
    private final ObjectNode body;
    private final ObjectNode status;
    private final Conditions conditions;
    private final Instant now;

    ScalerReport(Resource scaler, Instant now) {
        this.scaler = scaler;
        this.now = now;
        this.body = scaler.body().deepCopy();
        this.status = body.withObject("/status");
        this.conditions = new Conditions(scaler.status(), now);
        status.put("observedGeneration", scaler.generation());
    }

    void able(boolean value, String reason, String message) {
        conditions.set("AbleToScale", value, reason, message);
    }

    void active(boolean value, String reason, String message) {
        conditions.set("ScalingActive", value, reason, message);
    }

    /// What the memory of former recommendations made of this one.
    void calmed(int wanted, int calm, boolean up) {
        if (wanted == calm) {
            able(true, "ReadyForNewScale", "recommended size matches current size");
        } else if (up && wanted > calm) {
            able(
                    true,
                    "ScaleUpStabilized",
                    "recent recommendations were lower than current one, applying the lowest recent"
                            + " recommendation");
        } else {
            able(
                    true,
                    "ScaleDownStabilized",
                    "recent recommendations were higher than current one, applying the highest"
                            + " recent recommendation");
        }
    }

    void limited(Pace.Limited limited) {
        conditions.set("ScalingLimited", limited.limited(), limited.reason(), limited.message());
    }

    void counts(int current, int desired) {
        status.put("currentReplicas", current).put("desiredReplicas", desired);
    }

    void metrics(List<ObjectNode> all) {
        var list = status.putArray("currentMetrics");
        all.forEach(list::add);
    }

    void scaled() {
        status.put("lastScaleTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    void write(ResourceClient client) {
        conditions.writeTo(status);
        Statuses.write(client, scaler, body);
    }
}
