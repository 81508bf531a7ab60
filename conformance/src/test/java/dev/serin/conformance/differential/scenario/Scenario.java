package dev.serin.conformance.differential.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One scenario: servers behind the proxy, a configuration, and what is asked.
///
/// @param name `area/file`, and `#case` behind it if the file has cases
/// @param tree everything that its file says
public record Scenario(String name, Tree tree) {
    private static final String[] FIELDS = {
        "about",
        "alone",
        "proves",
        "upstreams",
        "requests",
        "normal",
        "routes",
        "virtual_host",
        "virtual_hosts",
        "route_configuration",
        "route_configurations",
        "manager",
        "filters",
        "listener",
        "chain",
        "chains",
        "listeners",
        "tcp",
        "cluster",
        "clusters",
        "more_clusters",
        "endpoints",
        "secrets",
        "log",
        "cases"
    };

    /// All scenarios in this folder, in order of their names.
    public static List<Scenario> all(Path folder) {
        try (var files = Files.walk(folder)) {
            var scenarios = new ArrayList<Scenario>();
            for (var file :
                    files.filter(f -> f.toString().endsWith(".yaml"))
                            .filter(f -> !f.getParent().equals(folder))
                            .sorted()
                            .toList()) {
                var path = folder.relativize(file).toString();
                scenarios.addAll(
                        read(path.substring(0, path.length() - 5), Files.readString(file)));
            }
            return scenarios;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The scenarios of one file: one for each of its cases, or one.
    static List<Scenario> read(String name, String yaml) {
        var tree = Tree.read(name, yaml).only(FIELDS);
        if (!tree.has("cases")) {
            return List.of(new Scenario(name, tree));
        }
        var cases = tree.under("cases");
        var shared = tree.without("cases");
        return cases.fields().keySet().stream()
                .map(one ->
                        new Scenario(
                                name + "#" + one, shared.merged(cases.under(one).only(FIELDS))))
                .toList();
    }

    /// Full names of the fields that it proves, `package.Message.field`.
    public List<String> proves() {
        return tree.list("proves").stream().map(String::valueOf).toList();
    }

    /// Whether nothing else may happen on the machine while it is played: its times are short.
    public boolean alone() {
        return tree.text("alone", "").equals("true");
    }

    /// The servers behind the proxy, by name.
    public Map<String, Tree> upstreams() {
        var upstreams = new LinkedHashMap<String, Tree>();
        var all = tree.under("upstreams").replaced(Map.of());
        all.fields().keySet().forEach(name -> upstreams.put(name, all.under(name)));
        return upstreams;
    }

    @Override
    public String toString() {
        return name;
    }
}
