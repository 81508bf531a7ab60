package dev.serin.cli.mesh;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.schema.Schemas;
import dev.serin.local.api.LocalApi;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;

/// The real local API over a folder, without its door.
final class ApiOnDisk implements AutoCloseable {
    final LocalApi api;
    final ResourceClient client;

    ApiOnDisk(Path folder) {
        api = new LocalApi(new LocalApi.Options(folder, Ticker.system(), Draws.system()));
        client = api.client("test");
    }

    /// A resource from JSON, whose quotes may be single.
    static Resource resource(String json) {
        var body = (ObjectNode) JsonMapper.shared().readTree(json.replace('\'', '"'));
        var schema =
                Schemas.load()
                        .find(body.path("apiVersion").asString(""), body.path("kind").asString(""));
        return new Resource(schema.kind(), body);
    }

    static ResourceKey map(String namespace, String name) {
        return new ResourceKey("configmaps", namespace, name);
    }

    @Override
    public void close() {
        api.close();
    }
}
