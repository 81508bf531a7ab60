package dev.serin.conformance.recorded;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One recorded command.
///
/// @param variant what the recorded server lacked, empty for none
/// @param fresh whether kubectl knew nothing of the server
/// @param interrupted seconds after which it was interrupted, 0 for never
/// @param meanwhile commands that ran while it did
/// @param exit its exit code; `interrupted` where it had none
record Transcript(
        int number,
        String name,
        String command,
        Map<String, String> environment,
        String user,
        String variant,
        boolean fresh,
        int interrupted,
        String meanwhile,
        String exit,
        String out,
        String err,
        List<Exchange> exchanges) {
    /// All of a folder, in order.
    static List<Transcript> all(Path folder) {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(Transcript::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Transcript read(Path file) {
        var all = JsonMapper.shared().readTree(file.toFile());
        var environment = new LinkedHashMap<String, String>();
        all.path("environment")
                .properties()
                .forEach(p -> environment.put(p.getKey(), p.getValue().asString("")));
        return new Transcript(
                all.path("n").asInt(),
                all.path("name").asString(""),
                all.path("command").asString(""),
                environment,
                all.path("user").asString(""),
                all.path("serverVariant").asString(""),
                all.path("freshCache").asBoolean(),
                all.path("interruptedAfterSeconds").asInt(0),
                all.path("meanwhile").asString(""),
                text(all.path("exit")),
                all.path("stdout").asString(""),
                all.path("stderr").asString(""),
                all.path("requests").valueStream().map(Exchange::of).toList());
    }

    private static String text(JsonNode exit) {
        return exit.isNumber() ? Integer.toString(exit.asInt()) : exit.asString("");
    }

    /// Whether it is fabric8's, which is no command but a list of requests.
    boolean isRequests() {
        return name.startsWith("fabric8");
    }

    @Override
    public String toString() {
        return "%03d %s".formatted(number, name);
    }
}
