package dev.serin.local.store;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// The file under a [Store]: one map of resources as JSON, one of counters. Used by the store's
/// thread only.
final class StoreFile implements AutoCloseable {
    private static final String REVISION = "revision";

    private final JsonMapper json = JsonMapper.shared();
    private final MVStore file;
    private final MVMap<String, byte[]> resources;
    private final MVMap<String, Long> counters;
    private int commits;

    /// @throws ProblemException if another process holds the file, or it can't be read
    StoreFile(Path path) {
        try {
            file =
                    new MVStore.Builder()
                            .fileName(path.toString())
                            .autoCommitDisabled()
                            .cacheSize(4)
                            .open();
        } catch (MVStoreException e) {
            throw new ProblemException(
                    new Problem(
                            "store " + path,
                            String.valueOf(e.getMessage()),
                            "a file that no other mesh has open",
                            "end the mesh that uses it, or remove the file to start empty"),
                    e);
        }
        file.setVersionsToKeep(0);
        resources =
                file.openMap(
                        "resources",
                        new MVMap.Builder<String, byte[]>()
                                .keyType(StringDataType.INSTANCE)
                                .valueType(ByteArrayDataType.INSTANCE));
        counters =
                file.openMap(
                        "counters",
                        new MVMap.Builder<String, Long>()
                                .keyType(StringDataType.INSTANCE)
                                .valueType(LongDataType.INSTANCE));
    }

    /// Reads everything; answers the last revision.
    long load(Consumer<Resource> each) {
        resources.values().forEach(bytes -> each.accept(read(bytes)));
        return counters.getOrDefault(REVISION, 0L);
    }

    /// Writes all of it or nothing, and returns when the disk has it.
    void commit(List<Change> changes, long revision) {
        try {
            for (var change : changes) {
                var key = name(change.key());
                if (change.after() == null) {
                    resources.remove(key);
                } else {
                    resources.put(key, write(change.after()));
                }
            }
            counters.put(REVISION, revision);
            file.commit();
            file.sync();
        } catch (MVStoreException e) {
            file.rollback();
            throw e;
        }
        if (++commits % 1000 == 0) {
            file.compact(50, 1 << 20);
        }
    }

    @Override
    public void close() {
        file.close();
    }

    private static String name(ResourceKey key) {
        return key.family() + "/" + key.namespace() + "/" + key.name();
    }

    /// The body does not say the plural or the scope, so they stand beside it.
    private byte[] write(Resource resource) {
        var node = json.createObjectNode();
        node.put("plural", resource.kind().plural());
        node.put("namespaced", resource.kind().namespaced());
        node.set("body", resource.body());
        return json.writeValueAsBytes(node);
    }

    private Resource read(byte[] bytes) {
        var node = json.readTree(bytes);
        var body = (ObjectNode) node.get("body");
        var version = body.path("apiVersion").asString("");
        var slash = version.indexOf('/');
        var kind =
                new ResourceKind(
                        slash < 0 ? "" : version.substring(0, slash),
                        version.substring(slash + 1),
                        body.path("kind").asString(""),
                        node.path("plural").asString(""),
                        node.path("namespaced").asBoolean(false));
        return new Resource(kind, body);
    }
}
