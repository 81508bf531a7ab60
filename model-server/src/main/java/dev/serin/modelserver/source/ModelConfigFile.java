package dev.serin.modelserver.source;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.modelserver.source.TextProto.Message;
import dev.serin.modelserver.source.TextProto.Value;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Reads a models.config: which models to serve, in TensorFlow Serving's text form
/// (ModelServerConfig).
public final class ModelConfigFile {
    private static final Set<String> MODEL_FIELDS =
            Set.of(
                    "name",
                    "base_path",
                    "model_platform",
                    "model_version_policy",
                    "version_labels",
                    "logging_config",
                    "model_type");

    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    private ModelConfigFile(String file) {
        this.file = file;
    }

    /// @throws ProblemException with file and line of everything that is wrong
    public static List<ModelConfig> read(Path file) {
        try {
            return read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "model config file " + file,
                            "it cannot be read (" + e + ")",
                            "correct --model_config_file"),
                    e);
        }
    }

    static List<ModelConfig> read(String file, String text) {
        return new ModelConfigFile(file).models(TextProto.read(file, text));
    }

    private List<ModelConfig> models(Message root) {
        known(root, Set.of("model_config_list"));
        var models = new ArrayList<ModelConfig>();
        var names = new TreeSet<String>();
        for (var list : root.all("model_config_list")) {
            var message = message(list, "model_config_list");
            known(message, Set.of("config"));
            for (var config : message.all("config")) {
                var model = model(message(config, "config"), config.line());
                if (model != null && !names.add(model.name())) {
                    wrong(
                            config.line(),
                            "two models have the name " + model.name(),
                            "names of their own");
                } else if (model != null) {
                    models.add(model);
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return List.copyOf(models);
    }

    private @Nullable ModelConfig model(Message config, int line) {
        known(config, MODEL_FIELDS);
        var name = text(config, "name");
        var base = text(config, "base_path");
        var platform = text(config, "model_platform");
        if (platform != null && !platform.equals("tensorflow")) {
            wrong(line, "model_platform is '" + platform + "'", "tensorflow");
        }
        if (name == null || base == null) {
            wrong(line, "a model without " + (name == null ? "name" : "base_path"), "both");
            return null;
        }
        VersionSelection selection = new VersionSelection.Latest(1);
        for (var policy : config.all("model_version_policy")) {
            selection = selection(message(policy, "model_version_policy"), policy.line());
        }
        var labels = new HashMap<String, Long>();
        for (var label : config.all("version_labels")) {
            var entry = message(label, "version_labels");
            var key = text(entry, "key");
            var value = text(entry, "value");
            if (key == null || value == null) {
                wrong(label.line(), "a label without key or value", "both");
            } else {
                labels.put(key, number(value, label.line()));
            }
        }
        return new ModelConfig(name, Path.of(base).toAbsolutePath(), selection, Map.copyOf(labels));
    }

    private VersionSelection selection(Message policy, int line) {
        known(policy, Set.of("latest", "all", "specific"));
        if (policy.fields().size() > 1) {
            wrong(line, "several policies at once", "one of latest, all, specific");
        }
        for (var latest : policy.all("latest")) {
            var count = text(message(latest, "latest"), "num_versions");
            return new VersionSelection.Latest(
                    count == null ? 1 : (int) Math.max(1, number(count, latest.line())));
        }
        for (var specific : policy.all("specific")) {
            var versions = new TreeSet<Long>();
            for (var version : message(specific, "specific").all("versions")) {
                if (version instanceof Value.Text(String text, int at)) {
                    versions.add(number(text, at));
                }
            }
            if (versions.isEmpty()) {
                wrong(specific.line(), "specific without versions", "at least one");
            }
            return new VersionSelection.Specific(versions);
        }
        return policy.all("all").isEmpty()
                ? new VersionSelection.Latest(1)
                : new VersionSelection.All();
    }

    private Message message(Value value, String name) {
        if (value instanceof Value.Nested(Message message, _)) {
            return message;
        }
        wrong(value.line(), name + " is a plain value", name + " { ... }");
        return new Message(Map.of());
    }

    private @Nullable String text(Message message, String name) {
        var values = message.all(name);
        return !values.isEmpty() && values.getLast() instanceof Value.Text(String text, _)
                ? text
                : null;
    }

    private long number(String text, int line) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            wrong(line, "'" + text + "'", "a whole number");
            return 0;
        }
    }

    private void known(Message message, Set<String> names) {
        message.fields()
                .forEach((name, values) -> {
                    if (!names.contains(name)) {
                        wrong(
                                values.isEmpty() ? 1 : values.getFirst().line(),
                                "the field " + name,
                                "one of " + String.join(", ", new TreeSet<>(names)));
                    }
                });
    }

    private void wrong(int line, String found, String expected) {
        problems.add(new Problem(file + ":" + line, found, expected, null));
    }
}
