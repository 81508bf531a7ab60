package dev.serin.conformance.differential.coverage;

import dev.serin.conformance.differential.scenario.Tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The fields that a test of the modules proves, and no scenario: `proved-elsewhere.yaml` maps a
/// message's full name to its fields, and each of these to `ClassOfTest#method`.
///
/// @param tests by `package.Message.field`
/// @param missing what is named there and does not exist
record Elsewhere(Map<String, String> tests, List<String> missing) {
    private static final List<String> MODULES =
            List.of("proxy", "xds", "control-plane", "cli", "local", "conformance");

    static Elsewhere read(Path file, Path root) {
        try {
            var sources = sources(root);
            var tests = new TreeMap<String, String>();
            var missing = new ArrayList<String>();
            var all = Tree.read(file.getFileName().toString(), Files.readString(file));
            for (var message : all.fields().keySet()) {
                var fields = all.under(message);
                for (var field : fields.fields().keySet()) {
                    var test = fields.text(field, "");
                    tests.put(message + "." + field, test);
                    if (!exists(test, sources)) {
                        missing.add(message + "." + field + ": there is no test " + test);
                    }
                }
            }
            return new Elsewhere(tests, missing);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean exists(String test, Map<String, String> sources) {
        var parts = test.split("#", 2);
        return parts.length == 2
                && Pattern.compile("\\b" + Pattern.quote(parts[1]) + "\\(")
                        .matcher(sources.getOrDefault(parts[0], ""))
                        .find();
    }

    /// The text of each test by its class.
    private static Map<String, String> sources(Path root) throws IOException {
        var sources = new HashMap<String, String>();
        for (var module : MODULES) {
            try (var files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
                for (var file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                    var name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file));
                }
            }
        }
        return sources;
    }
}
