package dev.serin.local.image;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/// What a container runs: its words, its environment and where. Pure, by Kubernetes' rules:
/// `command` replaces the image's entry point and drops its arguments, `args` replace the
/// arguments, and `$(NAME)` in both is the container's variable of that name.
///
/// @param words the program and its arguments; empty where neither the container nor the image
///   names one
/// @param environment of the image with the container's own over it
/// @param workingDir empty: the root
public record ContainerCommand(
        List<String> words, Map<String, String> environment, String workingDir) {

    /// @param container of a pod's spec
    /// @param environment the container's own variables, complete and expanded
    public static ContainerCommand of(
            JsonNode container, ImageEntry entry, Map<String, String> environment) {
        var program =
                switch (entry) {
                    case ImageEntry.Program p -> p;
                    case ImageEntry.Host(var cmd) -> plain(cmd);
                    case ImageEntry.Sidecar _, ImageEntry.ControlPlane _ -> plain(List.of());
                };
        var all = new LinkedHashMap<>(program.environment());
        all.putAll(environment);
        var command = strings(container.path("command"), environment);
        var args = strings(container.path("args"), environment);
        var words = new ArrayList<String>();
        if (command.isEmpty()) {
            words.addAll(program.entrypoint());
            words.addAll(args.isEmpty() ? program.cmd() : args);
        } else {
            words.addAll(
                    program.commands().getOrDefault(command.getFirst(), command.subList(0, 1)));
            words.addAll(command.subList(1, command.size()));
            words.addAll(args);
        }
        var workingDir = program.workingDir() == null ? "" : program.workingDir();
        return new ContainerCommand(
                List.copyOf(words),
                Map.copyOf(all),
                container.path("workingDir").asString(workingDir));
    }

    private static ImageEntry.Program plain(List<String> cmd) {
        return new ImageEntry.Program(List.of(), cmd, Map.of(), null, Map.of(), List.of());
    }

    private static List<String> strings(JsonNode list, Map<String, String> environment) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(word -> expand(word.asString(""), environment))
                .toList();
    }

    /// Replaces `$(NAME)` by its variable; `$$` is a dollar that means nothing, and a name that is
    /// not there stays as it is written.
    public static String expand(String text, Map<String, String> environment) {
        var out = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            var end = next == '(' ? text.indexOf(')', i + 2) : -1;
            if (c == '$' && next == '$') {
                out.append('$');
                i++;
            } else if (c == '$' && end > 0) {
                var value = environment.get(text.substring(i + 2, end));
                out.append(value == null ? text.substring(i, end + 1) : value);
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
