package dev.serin.local.api;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A person's own kubeconfig, into which a mesh's context is taken over, as cloud providers'
/// `get-credentials` do: what has the same name is replaced, everything else stays, and the context
/// becomes the current one. Comments are lost, as by kubectl.
public record KubeconfigFile(Path path) {
    private static final List<String> LISTS = List.of("clusters", "users", "contexts");

    /// Where kubectl writes: the first file that `KUBECONFIG` names, else `~/.kube/config`.
    public static KubeconfigFile of(Map<String, String> environment) {
        for (var each : environment.getOrDefault("KUBECONFIG", "").split(":")) {
            if (!each.isBlank()) {
                return new KubeconfigFile(Path.of(each));
            }
        }
        var home = environment.getOrDefault("HOME", System.getProperty("user.home", "/"));
        return new KubeconfigFile(Path.of(home, ".kube", "config"));
    }

    /// Takes a kubeconfig over and answers the name of its context. The file is replaced in one
    /// step, and only its owner may read it.
    ///
    /// @throws ProblemException if the file there is no kubeconfig: then nothing is written
    public String merge(String kubeconfig) throws IOException {
        var ours = read("the mesh's kubeconfig", kubeconfig);
        var all =
                Files.exists(path)
                        ? read(path.toString(), Files.readString(path))
                        : new LinkedHashMap<String, Object>();
        all.putIfAbsent("apiVersion", "v1");
        all.putIfAbsent("kind", "Config");
        for (var list : LISTS) {
            all.put(list, merged(list(path.toString(), all, list), list("", ours, list)));
        }
        var context = String.valueOf(ours.get("current-context"));
        all.put("current-context", context);
        var style = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        write(new Dump(style).dumpToString(all));
        return context;
    }

    private static List<Object> merged(List<Map<?, ?>> there, List<Map<?, ?>> ours) {
        var all = new LinkedHashMap<String, Object>();
        there.forEach(each -> all.put(String.valueOf(each.get("name")), each));
        ours.forEach(each -> all.put(String.valueOf(each.get("name")), each));
        return new ArrayList<>(all.values());
    }

    private static Map<String, Object> read(String name, String text) {
        try {
            var read = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
            return switch (read) {
                case null -> new LinkedHashMap<>();
                case Map<?, ?> map -> {
                    var all = new LinkedHashMap<String, Object>();
                    map.forEach((key, value) -> all.put(String.valueOf(key), value));
                    yield all;
                }
                default -> throw new ProblemException(wrong(name, "no object"));
            };
        } catch (YamlEngineException e) {
            throw new ProblemException(
                    wrong(name, String.valueOf(e.getMessage()).replaceAll("\\s+", " ")), e);
        }
    }

    private static List<Map<?, ?>> list(String name, Map<String, Object> all, String field) {
        var found = new ArrayList<Map<?, ?>>();
        switch (all.get(field)) {
            case null -> {}
            case List<?> list -> {
                for (var each : list) {
                    if (!(each instanceof Map<?, ?> one)) {
                        throw new ProblemException(wrong(name, field + " holds what is no object"));
                    }
                    found.add(one);
                }
            }
            default -> throw new ProblemException(wrong(name, field + " is no list"));
        }
        return found;
    }

    private static Problem wrong(String name, String what) {
        return new Problem(
                name, what, "a kubeconfig", "mend it, or name another file in KUBECONFIG");
    }

    private void write(String text) throws IOException {
        var target = Files.isSymbolicLink(path) ? path.toRealPath() : path.toAbsolutePath();
        var folder = Objects.requireNonNull(target.getParent());
        Files.createDirectories(folder);
        var owner = PosixFilePermissions.fromString("rw-------");
        var half =
                Files.createTempFile(
                        folder, "config", ".half", PosixFilePermissions.asFileAttribute(owner));
        Files.writeString(half, text);
        Files.move(
                half, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
