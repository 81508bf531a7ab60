package dev.serin.proxy;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// Active checks of a cluster's hosts, over real connections.
@ExtendWith(NothingLeft.class)
final class HealthCheckTest {
    private static final String CHECK =
            """
            health_checks:
            - timeout: 2s
              interval: 0.05s
              no_traffic_interval: 0.05s
              unhealthy_threshold: 1
              healthy_threshold: 1
              PROBE
            """;

    private static Origin checked(String body, AtomicBoolean well) {
        return new Origin(wire -> {
            for (var request = wire.request(); request != null; request = wire.request()) {
                var status = well.get() ? "200 OK" : "503 Not now";
                var check = request.head().startsWith("GET /health ");
                var line = check ? status : "200 OK";
                wire.write(
                        "HTTP/1.1 "
                                + line
                                + "\r\ncontent-length: "
                                + body.length()
                                + "\r\n\r\n"
                                + body);
            }
        });
    }

    private static List<String> answers(Rig rig) {
        if (rig.plane.addresses("main").isEmpty()) {
            return List.of(); // it waits for the first checks
        }
        try (var client = Wire.to(rig.port("main"))) {
            return List.of(client.get("/").body(), client.get("/").body(), client.get("/").body());
        }
    }

    private static void soon(BooleanSupplier condition) {
        Eventually.eventually(Duration.ofSeconds(10), "what was expected", condition);
    }

    @Test
    void aHostThatIsNotWellIsLeftOutUntilItIsAgain() {
        var well = new AtomicBoolean(true);
        try (var one = checked("one", new AtomicBoolean(true));
                var two = checked("two", well);
                var rig = new Rig(new ScriptedDraws(1))) {
            var probe = "http_health_check: {path: /health}";
            rig.apply(
                    Rig.cluster("both", CHECK.replace("PROBE", probe), one.port(), two.port()),
                    Rig.routes("- match: {prefix: /}\n  route: {cluster: both}\n"),
                    Rig.http());
            soon(() -> answers(rig).contains("two"));
            well.set(false);
            soon(() -> answers(rig).equals(List.of("one", "one", "one")));
            well.set(true);
            soon(() -> answers(rig).contains("two"));
        }
    }

    @Test
    void aPortThatNobodyListensOnIsFoundByTcp() {
        try (var one = Origin.answering("one");
                var rig = new Rig(new ScriptedDraws(1))) {
            rig.apply(
                    Rig.cluster(
                            "both",
                            CHECK.replace("PROBE", "tcp_health_check: {}"),
                            one.port(),
                            Origin.refusing()),
                    Rig.routes("- match: {prefix: /}\n  route: {cluster: both}\n"),
                    Rig.http());
            soon(() -> answers(rig).equals(List.of("one", "one", "one")));
        }
    }
}
