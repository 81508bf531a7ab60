package dev.serin.controlplane.admin;

import com.sun.net.httpserver.HttpExchange;

import dev.serin.base.ProblemException;
import dev.serin.controlplane.ControlPlane;
import dev.serin.xds.ResourceType;
import dev.serin.xds.server.CallerAuthenticator;

import tools.jackson.databind.ObjectMapper;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Readiness, version, metrics and debug pages of one control plane. Debug pages show what every
/// proxy knows: a caller from another machine must show a token.
public final class AdminPages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ControlPlane plane;
    private final CallerAuthenticator callers;
    private final String version;
    private final ConfigText text = new ConfigText();

    public AdminPages(ControlPlane plane, CallerAuthenticator callers, String version) {
        this.plane = plane;
        this.callers = callers;
        this.version = version;
    }

    public Map<String, HttpDoor.Page> pages() {
        return Map.of(
                "/ready", (_, _) -> ready(),
                "/version", (_, _) -> HttpDoor.Answer.text(200, version + "\n"),
                "/metrics", (_, _) -> HttpDoor.Answer.text(200, metrics()),
                "/debug/syncz", (e, _) -> guarded(e, HttpDoor.Answer.json(syncz())),
                "/debug/config_dump", (e, _) -> guarded(e, configDump(e)));
    }

    private HttpDoor.Answer ready() {
        var missing = plane.readiness().missing();
        return missing.isEmpty()
                ? HttpDoor.Answer.text(200, "ready\n")
                : HttpDoor.Answer.text(503, "waiting for " + String.join(", ", missing) + "\n");
    }

    private HttpDoor.Answer guarded(HttpExchange exchange, HttpDoor.Answer answer) {
        if (exchange.getRemoteAddress().getAddress().isLoopbackAddress()) {
            return answer;
        }
        var header = exchange.getRequestHeaders().getFirst("authorization");
        var token = header != null && header.startsWith("Bearer ") ? header.substring(7) : null;
        try {
            callers.authenticate(token, List.of());
            return answer;
        } catch (ProblemException e) {
            return HttpDoor.Answer.text(401, e.getMessage() + "\n");
        }
    }

    private String metrics() {
        var lines = new StringBuilder();
        var mesh = plane.snapshot();
        var load = plane.load();
        gauge(lines, "pilot_xds", load.streams());
        gauge(lines, "serin_push_queue", load.waiting());
        gauge(lines, "pilot_services", mesh.services().all().size());
        gauge(lines, "pilot_virt_services", mesh.routes().all().size());
        gauge(lines, "serin_mesh_revision", mesh.revision());
        var before = "";
        for (var count : plane.proxies().counts().entrySet()) {
            var brace = count.getKey().indexOf('{');
            var name = brace < 0 ? count.getKey() : count.getKey().substring(0, brace);
            if (!name.equals(before)) {
                lines.append("# TYPE ").append(name).append(" counter\n");
                before = name;
            }
            lines.append(count.getKey()).append(' ').append(count.getValue()).append('\n');
        }
        return lines.toString();
    }

    private static void gauge(StringBuilder lines, String name, long value) {
        lines.append("# TYPE ").append(name).append(" gauge\n");
        lines.append(name).append(' ').append(value).append('\n');
    }

    private String syncz() {
        var rows = JSON.createArrayNode();
        for (var row : plane.proxies().rows()) {
            var out =
                    rows.addObject()
                            .put("proxy", row.nodeId())
                            .put("user_agent", row.userAgent())
                            .put("synced", row.synced())
                            .put("problem", row.problem());
            row.types()
                    .forEach((type, cell) ->
                            out.putObject(type.abbreviation().toLowerCase(Locale.ROOT))
                                    .put("sent", cell.sent())
                                    .put("acknowledged", cell.acknowledged())
                                    .put("status", cell.isSynced() ? "SYNCED" : "STALE"));
        }
        return rows.toPrettyString();
    }

    /// `?proxyID=pod.namespace`: the clusters and listeners that a connected proxy is told.
    private HttpDoor.Answer configDump(HttpExchange exchange) {
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        var wanted = query.startsWith("proxyID=") ? query.substring(8) : "";
        var resources = plane.discovery().resources(wanted);
        if (resources == null) {
            return HttpDoor.Answer.text(
                    404,
                    "no proxy '" + wanted + "' is connected; ask with ?proxyID=pod.namespace\n");
        }
        var dump = JSON.createObjectNode().put("revision", resources.revision());
        for (var type : List.of(ResourceType.CLUSTER, ResourceType.LISTENER)) {
            var all = dump.putArray(type.abbreviation().toLowerCase(Locale.ROOT));
            for (var resource : resources.all(type)) {
                all.addObject()
                        .put("name", resource.name())
                        .put("version", resource.version())
                        .set("resource", JSON.readTree(text.json(resource)));
            }
        }
        return HttpDoor.Answer.json(dump.toPrettyString());
    }
}
