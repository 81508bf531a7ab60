package dev.serin.local.api.rest;

import dev.serin.local.api.discovery.Discovery;
import dev.serin.local.api.discovery.OpenApi;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.wire.Exchange;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;

/// Paths that are not about resources: health, version, discovery, schemas.
final class About {
    private static final String OLD_OPENAPI =
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// A document of version 2.0 without any path: kubectl asks for it when it finds a kind in no
    /// document of version 3, and only then says what is wrong with the kind.
    private static final byte[] NOTHING_OF_OLD = {
        0x0a, 3, '2', '.', '0', 0x12, 12, 0x0a, 5, 's', 'e', 'r', 'i', 'n', 0x12, 3, '1', '.', '0',
        0x42, 0
    };

    private static final String AGGREGATED =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Catalogue catalogue;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final BooleanSupplier ready;
    private final String hash;

    About(Catalogue catalogue, BooleanSupplier ready) {
        this.catalogue = catalogue;
        this.discovery = new Discovery(catalogue);
        this.openApi = new OpenApi(catalogue);
        this.ready = ready;
        this.hash = hash(discovery.aggregated(false), discovery.aggregated(true));
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

    /// False when there is nothing at the path.
    boolean answer(Exchange exchange) throws IOException, InterruptedException {
        var path = exchange.request().path().replaceAll("(?<=.)/+$", "");
        switch (path) {
            case "/version" -> RestApi.json(exchange, 200, version());
            case "/healthz", "/livez" -> health(exchange, path, true);
            case "/readyz" -> health(exchange, path, ready.getAsBoolean());
            case "/api" -> groups(exchange, true);
            case "/apis" -> groups(exchange, false);
            case "/openapi/v3" -> RestApi.json(exchange, 200, openApi.index(hash));
            case "/openapi/v2" -> exchange.answer(200, OLD_OPENAPI, NOTHING_OF_OLD);
            case "/" -> RestApi.json(exchange, 200, paths());
            default -> {
                return other(exchange, path);
            }
        }
        return true;
    }

    /// One line a check where `?verbose` asks for them, as Kubernetes has it.
    private static void health(Exchange exchange, String path, boolean is)
            throws IOException, InterruptedException {
        var name = path.substring(1);
        var query = exchange.request().query();
        if (is && !query.containsKey("verbose")) {
            text(exchange, 200, "ok");
            return;
        }
        text(
                exchange,
                is ? 200 : 500,
                "[+]ping ok\n"
                        + (is ? "[+]store ok\n" : "[-]store failed: reason withheld\n")
                        + name
                        + (is ? " check passed\n" : " check failed\n"));
    }

    private boolean other(Exchange exchange, String path) throws IOException, InterruptedException {
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
            exchange.answer(304, "", new byte[0], "Etag", tag, "Vary", "Accept");
            return;
        }
        exchange.answer(
                200,
                AGGREGATED,
                JsonMapper.shared().writeValueAsBytes(discovery.aggregated(core)),
                "Etag",
                tag,
                "Vary",
                "Accept",
                "Cache-Control",
                "public");
    }

    private ObjectNode paths() {
        var node = JsonNodeFactory.instance.objectNode();
        var paths = node.putArray("paths").add("/api").add("/apis").add("/healthz");
        paths.add("/livez").add("/openapi/v3").add("/readyz").add("/version");
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
