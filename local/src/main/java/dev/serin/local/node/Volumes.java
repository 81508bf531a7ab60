package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// One pod's volumes as folders of this machine. Those that are made of resources are written anew
/// when they change, all their files in one step: the files are links through `..data`, which is
/// replaced. Owned by the pod's thread.
final class Volumes {
    private final Path folder;
    private final ResourceClient client;
    private final TokenSource tokens;
    private final Ticker ticker;
    private final Map<String, Path> paths = new LinkedHashMap<>();
    private final Map<String, Token> issued = new HashMap<>();
    private int generation;

    Volumes(Path folder, ResourceClient client, TokenSource tokens, Ticker ticker) {
        this.folder = folder;
        this.client = client;
        this.tokens = tokens;
        this.ticker = ticker;
    }

    /// Makes all volumes of a pod, or refreshes those that are made of resources.
    ///
    /// @throws ProblemException naming the volume and what is missing
    void make(Fields fields) {
        try {
            for (var volume : fields.pod().spec().path("volumes")) {
                var name = volume.path("name").asString("");
                paths.put(name, make(name, volume, fields));
            }
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "volumes of pod " + fields.pod().name(),
                            String.valueOf(e),
                            "see that the disk has room and the state folder can be written"),
                    e);
        }
    }

    /// Where a volume is; null for one that the pod does not declare.
    @Nullable Path path(String volume) {
        return paths.get(volume);
    }

    /// Whether a change of resources can change a volume of this pod.
    static boolean live(JsonNode spec) {
        for (var volume : spec.path("volumes")) {
            if (volume.has("configMap") || volume.has("secret") || volume.has("projected")) {
                return true;
            }
        }
        return false;
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> {
                        try {
                            Files.delete(file);
                        } catch (IOException _) {
                            // Files of another user's are left; the next start tries again.
                        }
                    });
        } catch (IOException _) {
            // It is not there.
        }
    }

    private Path make(String name, JsonNode volume, Fields fields) throws IOException {
        var path = folder.resolve(name);
        if (volume.has("hostPath")) {
            return hostPath(name, volume.path("hostPath"));
        }
        if (volume.has("persistentVolumeClaim")) {
            return Claims.path(
                    client, name, fields.pod().namespace(), volume.path("persistentVolumeClaim"));
        }
        var files = new TreeMap<String, byte[]>();
        if (volume.has("configMap")) {
            add(files, "configMap", volume.path("configMap"), "name", fields);
        } else if (volume.has("secret")) {
            add(files, "secret", volume.path("secret"), "secretName", fields);
        } else if (volume.has("downwardAPI")) {
            downward(files, volume.path("downwardAPI"), fields);
        } else if (volume.has("projected")) {
            projected(files, volume.path("projected"), fields);
        } else if (volume.has("emptyDir")) {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
            return path;
        } else {
            throw new ProblemException(
                    new Problem(
                            "volume " + name,
                            "of a type that is not served here",
                            "emptyDir, hostPath, configMap, secret, projected or downwardAPI",
                            "use a hostPath for files of this machine"));
        }
        replace(path, files);
        return path;
    }

    private static Path hostPath(String volume, JsonNode spec) throws IOException {
        var path = Path.of(spec.path("path").asString("/"));
        var type = spec.path("type").asString("");
        if (!Files.exists(path)) {
            switch (type) {
                case "DirectoryOrCreate" -> Files.createDirectories(path);
                case "FileOrCreate" -> Files.createFile(path);
                default ->
                        throw new ProblemException(
                                Problem.of(
                                        "volume " + volume,
                                        "hostPath " + path + " is not on this machine",
                                        "create it or correct the path (an absolute one of this"
                                                + " machine)"));
            }
        }
        if (type.startsWith("Directory") && !Files.isDirectory(path)
                || type.startsWith("File") && !Files.isRegularFile(path)) {
            throw new ProblemException(
                    new Problem(
                            "volume " + volume,
                            "hostPath " + path + " is of another type",
                            type,
                            "correct the path or its type"));
        }
        return path;
    }

    private void projected(Map<String, byte[]> files, JsonNode spec, Fields fields) {
        for (var source : spec.path("sources")) {
            if (source.has("configMap")) {
                add(files, "configMap", source.path("configMap"), "name", fields);
            } else if (source.has("secret")) {
                add(files, "secret", source.path("secret"), "name", fields);
            } else if (source.has("downwardAPI")) {
                downward(files, source.path("downwardAPI"), fields);
            } else if (source.has("serviceAccountToken")) {
                var wanted = source.path("serviceAccountToken");
                files.put(
                        wanted.path("path").asString("token"),
                        token(wanted, fields.pod()).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private String token(JsonNode wanted, Resource pod) {
        var audience = wanted.path("audience").asString("");
        var lifetime = Duration.ofSeconds(wanted.path("expirationSeconds").asLong(3600));
        var old = issued.get(audience);
        var now = ticker.now();
        if (old != null && now.isBefore(old.renew)) {
            return old.text;
        }
        var text =
                tokens.token(
                        new TokenSource.Request(
                                pod.namespace(),
                                pod.spec().path("serviceAccountName").asString("default"),
                                audience,
                                lifetime,
                                pod.name(),
                                pod.uid()));
        // As the kubelet: a new one after four fifths of its time.
        issued.put(audience, new Token(text, now.plus(lifetime.multipliedBy(4).dividedBy(5))));
        return text;
    }

    private record Token(String text, Instant renew) {}

    private void add(
            Map<String, byte[]> files, String kind, JsonNode spec, String named, Fields fields) {
        var name = spec.path(named).asString("");
        var namespace = fields.pod().namespace();
        var entries = Environment.entries(client, kind, namespace, name);
        var optional = spec.path("optional").asBoolean(false);
        if (entries == null) {
            if (optional) {
                return;
            }
            throw new ProblemException(
                    Problem.of(
                            kind + " " + namespace + "/" + name,
                            "not found, but a volume is made of it",
                            "create it; the pod starts then"));
        }
        if (!spec.has("items")) {
            files.putAll(entries);
            return;
        }
        for (var item : spec.path("items")) {
            var key = item.path("key").asString("");
            var value = entries.get(key);
            if (value != null) {
                files.put(item.path("path").asString(key), value);
            } else if (!optional) {
                throw new ProblemException(
                        Problem.of(
                                kind + " " + namespace + "/" + name,
                                "has no key '" + key + "', but a volume asks for it",
                                "add the key; the pod starts then"));
            }
        }
    }

    private static void downward(Map<String, byte[]> files, JsonNode spec, Fields fields) {
        for (var item : spec.path("items")) {
            var value = fields.field(item.path("fieldRef").path("fieldPath").asString(""));
            files.put(
                    item.path("path").asString(""),
                    Objects.requireNonNullElse(value, "").getBytes(StandardCharsets.UTF_8));
        }
    }

    private void replace(Path path, Map<String, byte[]> files) throws IOException {
        Files.createDirectories(path);
        var current = path.resolve("..data");
        var old = Files.isSymbolicLink(current) ? Files.readSymbolicLink(current) : null;
        if (old != null && same(path.resolve(old), files)) {
            return;
        }
        var next = path.resolve("..version-" + generation++);
        delete(next);
        for (var file : files.entrySet()) {
            var to = next.resolve(file.getKey()).normalize();
            if (!to.startsWith(next)) {
                throw new ProblemException(
                        Problem.of("volume path " + file.getKey(), "leads out", "remove the '..'"));
            }
            Files.createDirectories(to.getParent());
            Files.write(to, file.getValue());
        }
        Files.createDirectories(next);
        var link = path.resolve("..data-next");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, next.getFileName());
        Files.move(link, current, StandardCopyOption.ATOMIC_MOVE);
        for (var name : files.keySet()) {
            var first = path.resolve(Path.of(name).getName(0));
            if (!Files.isSymbolicLink(first)) {
                Files.createSymbolicLink(first, Path.of("..data").resolve(first.getFileName()));
            }
        }
        if (old != null) {
            delete(path.resolve(old));
        }
        prune(path);
    }

    private static void prune(Path path) throws IOException {
        try (Stream<Path> links = Files.list(path)) {
            for (var link : links.toList()) {
                if (Files.isSymbolicLink(link) && !Files.exists(link)) {
                    Files.delete(link);
                }
            }
        }
    }

    private static boolean same(Path folder, Map<String, byte[]> files) throws IOException {
        long there;
        try (Stream<Path> walk = Files.walk(folder)) {
            there = walk.filter(Files::isRegularFile).count();
        }
        if (there != files.size()) {
            return false;
        }
        for (var file : files.entrySet()) {
            var path = folder.resolve(file.getKey());
            if (!Files.exists(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                return false;
            }
        }
        return true;
    }
}
