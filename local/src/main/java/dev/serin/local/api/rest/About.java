package dev.serin.local.api.rest;

import dev.serin.local.api.discovery.Discovery;
import dev.serin.local.api.discovery.OpenApi;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.CustomVersion;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.wire.Exchange;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;

/// Paths that are not about resources: health, version, discovery, schemas.
final class About {
    private static final String OLD_OPENAPI =
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static final String ACCEPT = "Accept";
    private static final List<String> HEALTH = List.of("healthz", "livez", "readyz");
    private static final List<String> CHECKS = List.of("ping", "store");

    private static final String AGGREGATED =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Catalogue catalogue;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final BooleanSupplier ready;
    private final String hash;
    private final String schemas;

    About(Catalogue catalogue, BooleanSupplier ready) {
        this.catalogue = catalogue;
        this.discovery = new Discovery(catalogue);
        this.openApi = new OpenApi(catalogue);
        this.ready = ready;
        this.hash = hash(discovery.aggregated(false), discovery.aggregated(true));
        this.schemas = hash + schemas(catalogue);
    }

    Catalogue catalogue() {
        return catalogue;
    }

    private static String hash(JsonNode... nodes) {
        var sum = new CRC32();
        for (var node : nodes) {
            sum.update(JsonMapper.shared().writeValueAsBytes(node));
        }
        return HexFormat.of().toHexDigits(sum.getValue(), 8).toUpperCase(Locale.ROOT);
    }

    /// Users' schemas change without discovery.
    private static String schemas(Catalogue catalogue) {
        var all = catalogue.all().stream().map(ServedKind::custom).filter(Objects::nonNull);
        return hash(all.map(CustomVersion::schema).toArray(JsonNode[]::new));
    }

    /// False when there is nothing at the path.
    boolean answer(Exchange exchange) throws IOException, InterruptedException {
        var path = exchange.request().path().replaceAll("(?<=.)/+$", "");
        switch (path) {
            case "/version" -> RestApi.json(exchange, 200, version());
            case "/api" -> groups(exchange, true);
            case "/apis" -> groups(exchange, false);
            case "/openapi/v3" -> RestApi.json(exchange, 200, openApi.index(schemas));
            case "/openapi/v2" -> second(exchange);
            case "/" -> RestApi.json(exchange, 200, paths());
            default -> {
                return other(exchange, path);
            }
        }
        return true;
    }

    /// `ok`, or one line a check where `?verbose` asks for them, as Kubernetes has it; a check has
    /// a path of its own too.
    private boolean health(Exchange exchange, String path)
            throws IOException, InterruptedException {
        var parts = path.substring(1).split("/");
        if (!HEALTH.contains(parts[0]) || parts.length > 2) {
            return false;
        }
        var query = exchange.request();
        if (parts.length == 2 && !CHECKS.contains(parts[1])) {
            return false;
        }
        var excluded = query.parameters("exclude");
        var lines = new StringBuilder();
        var all = true;
        for (var check : parts.length == 2 ? List.of(parts[1]) : CHECKS) {
            var waits = parts[0].equals("readyz") && check.equals("store");
            var passes = !waits || ready.getAsBoolean();
            if (excluded.contains(check)) {
                lines.append("[+]").append(check).append(" excluded: ok\n");
            } else if (passes) {
                lines.append("[+]").append(check).append(" ok\n");
            } else {
                lines.append("[-]").append(check).append(" failed: reason withheld\n");
                all = false;
            }
        }
        if (all && (parts.length == 2 || !query.query().containsKey("verbose"))) {
            text(exchange, 200, "ok");
        } else {
            lines.append(parts[0]).append(all ? " check passed\n" : " check failed\n");
            text(exchange, all ? 200 : 500, lines.toString());
        }
        return true;
    }

    /// Every kind in one document of OpenAPI's version 2.
    private void second(Exchange exchange) throws IOException, InterruptedException {
        var request = exchange.request();
        var tag = '"' + schemas + '"';
        if (request.header("if-none-match").equals(tag)) {
            exchange.answer(304, "", new byte[0], "Etag", tag, "Vary", ACCEPT);
            return;
        }
        // The two names are of the same form, before and after somebody had read the standard.
        var protobuf = request.header("accept").contains("proto-openapi.spec.v2");
        exchange.answer(
                200,
                protobuf ? OLD_OPENAPI : "application/json",
                openApi.second(protobuf),
                "Etag",
                tag,
                "Vary",
                ACCEPT);
    }

    private boolean other(Exchange exchange, String path) throws IOException, InterruptedException {
        if (health(exchange, path)) {
            return true;
        }
        if (path.startsWith("/openapi/v3/")) {
            var document = openApi.document(path.substring("/openapi/v3/".length()));
            if (document == null) {
                return false;
            }
            exchange.answer(
                    200, "application/json", document, "Cache-Control", "public, immutable");
            return true;
        }
        var parts = path.split("/");
        if (parts.length == 3 && parts[1].equals("api")) {
            return found(exchange, discovery.resources("", parts[2]));
        }
        if (parts.length == 3 && parts[1].equals("apis")) {
            return found(exchange, discovery.group(parts[2]));
        }
        return parts.length == 4
                && parts[1].equals("apis")
                && found(exchange, discovery.resources(parts[2], parts[3]));
    }

    private static boolean found(Exchange exchange, @Nullable ObjectNode body)
            throws IOException, InterruptedException {
        if (body == null) {
            return false;
        }
        RestApi.json(exchange, 200, body);
        return true;
    }

    /// In the aggregated form for those who know it, with a tag so that it is read once.
    private void groups(Exchange exchange, boolean core) throws IOException, InterruptedException {
        var request = exchange.request();
        if (!request.header("accept").contains("as=APIGroupDiscoveryList")
                || !request.header("accept").contains("v=v2;")) {
            RestApi.json(exchange, 200, core ? discovery.core() : discovery.groups());
            return;
        }
        var tag = '"' + hash + '"';
        if (request.header("if-none-match").equals(tag)) {
            exchange.answer(304, "", new byte[0], "Etag", tag, "Vary", ACCEPT);
            return;
        }
        exchange.answer(
                200,
                AGGREGATED,
                JsonMapper.shared().writeValueAsBytes(discovery.aggregated(core)),
                "Etag",
                tag,
                "Vary",
                ACCEPT,
                "Cache-Control",
                "public");
    }

    private ObjectNode paths() {
        var node = JsonNodeFactory.instance.objectNode();
        var paths = node.putArray("paths").add("/api").add("/apis").add("/healthz");
        paths.add("/livez").add("/openapi/v2").add("/openapi/v3").add("/readyz").add("/version");
        return node;
    }

    private static ObjectNode version() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("major", "1")
                .put("minor", "32")
                .put("gitVersion", "v1.32.0+serin")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "2026-01-01T00:00:00Z")
                .put("goVersion", "")
                .put("compiler", "javac")
                .put("platform", "linux/amd64");
    }

    private static void text(Exchange exchange, int status, String text)
            throws IOException, InterruptedException {
        exchange.answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
