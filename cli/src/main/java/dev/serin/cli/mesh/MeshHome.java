package dev.serin.cli.mesh;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The folders of one mesh on this machine. Nothing is written elsewhere.
///
/// @param name of the mesh, `default` unless the person says otherwise
/// @param state what must survive: store, keys, logs (`$XDG_STATE_HOME/serin/<mesh>`)
/// @param cache what can be made again: unpacked natives (`$XDG_CACHE_HOME/serin`)
public record MeshHome(String name, Path state, Path cache) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?");

    /// @throws ProblemException if the name can't be a folder and a DNS label
    public static MeshHome of(String name, Map<String, String> environment) {
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(
                    new Problem(
                            "mesh name",
                            "'" + name + "'",
                            "lower-case letters, digits and dashes, at most 32",
                            null));
        }
        var home = environment.getOrDefault("HOME", System.getProperty("user.home", "/tmp"));
        return new MeshHome(
                name,
                folder(environment, "XDG_STATE_HOME", home + "/.local/state")
                        .resolve("serin")
                        .resolve(name),
                cache(environment));
    }

    public static Path cache(Map<String, String> environment) {
        var home = environment.getOrDefault("HOME", System.getProperty("user.home", "/tmp"));
        return folder(environment, "XDG_CACHE_HOME", home + "/.cache").resolve("serin");
    }

    /// Every mesh of this user that has a folder, by name.
    public static List<MeshHome> all(Map<String, String> environment) {
        var folder = of("default", environment).state().resolveSibling("");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var names = Files.list(folder)) {
            return names.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .filter(n -> NAME.matcher(n).matches())
                    .sorted()
                    .map(n -> of(n, environment))
                    .toList();
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            folder.toString(), String.valueOf(e.getMessage()), "make it readable"),
                    e);
        }
    }

    /// Where the front of the running mesh listens.
    public Path socket() {
        return state.resolve("front.sock");
    }

    /// What the last `serin up -f` gave the mesh to apply, read once by its supervisor.
    public Path given() {
        return state.resolve("given.json");
    }

    public Path pki() {
        return state.resolve("pki");
    }

    public Path store() {
        return state.resolve("store");
    }

    public Path logs() {
        return state.resolve("logs");
    }

    public Path kubeconfig() {
        return state.resolve("kubeconfig");
    }

    public Path images() {
        return state.resolve("images.json");
    }

    /// What the running mesh looks like from outside: its lines of summary, for `serin list`.
    public Path summary() {
        return state.resolve("summary.json");
    }

    private static Path folder(Map<String, String> environment, String variable, String otherwise) {
        var value = environment.getOrDefault(variable, "");
        return Path.of(value.startsWith("/") ? value : otherwise);
    }
}
