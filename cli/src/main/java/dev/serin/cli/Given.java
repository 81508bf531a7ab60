package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;
import dev.serin.config.schema.Schemas;
import dev.serin.config.set.SetReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What `serin up -f` was given: the resources, read and checked, and the request that an example
/// brings along.
///
/// @param resources in the order in which they are to be applied
/// @param request a `curl` line to copy, empty if there is none
record Given(List<Resource> resources, String request) {
    /// Reads everything, prints what is doubtful.
    ///
    /// @throws ProblemException with everything that is wrong, in which case nothing is taken
    static Given read(List<Path> paths, Console console) throws IOException {
        if (paths.isEmpty()) {
            return new Given(List.of(), "");
        }
        var set = new SetReader(Schemas.load()).read(paths);
        var resources = set.orThrow();
        set.findings().forEach(f -> console.say("warning: " + f.problem().text()));
        return new Given(resources, request(paths));
    }

    /// Writes it for the supervisor: the request's line first, then a resource a line.
    void write(Path file) {
        var text = new StringBuilder(request).append('\n');
        resources.forEach(r -> text.append(r.body()).append('\n'));
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(file.toString(), String.valueOf(e), "make its folder writable"), e);
        }
    }

    /// An example folder says where its request goes (`url`) and what is in it (`request.json`).
    private static String request(List<Path> paths) throws IOException {
        for (var path : paths) {
            var url = path.resolve("url");
            var body = path.resolve("request.json");
            if (Files.isDirectory(path) && Files.exists(url) && Files.exists(body)) {
                return "curl -d @" + body + " " + Files.readString(url).strip();
            }
        }
        return "";
    }
}
