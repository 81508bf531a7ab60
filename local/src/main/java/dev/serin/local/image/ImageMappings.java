package dev.serin.local.image;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;

/// The mappings of images that a person made, in a JSON file of the state folder. Several processes
/// may read it; a write replaces it in one step. Safe for any thread.
public final class ImageMappings {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;

    /// @param file may not exist yet
    public ImageMappings(Path file) {
        this.file = file;
    }

    /// All, by name.
    ///
    /// @throws ProblemException if the file can't be read
    public synchronized List<ImageMapping> list() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            var images = JSON.readTree(Files.readAllBytes(file)).path("images");
            return StreamSupport.stream(images.spliterator(), false)
                    .map(ImageMappings::read)
                    .toList();
        } catch (JacksonException | IOException e) {
            throw broken(e);
        }
    }

    /// Adds a mapping, or replaces that of the same image.
    ///
    /// @throws ProblemException if the file can't be read or written
    public void map(ImageMapping mapping) {
        change(all -> {
            all.removeIf(m -> m.image().equals(mapping.image()));
            all.add(mapping);
            return all;
        });
    }

    /// @throws ProblemException if there is none, or the file can't be written
    public void unmap(ImageReference image) {
        change(all -> {
            if (!all.removeIf(m -> m.image().equals(image))) {
                throw new ProblemException(
                        Problem.of(
                                "image " + image, "not mapped", "serin image list shows what is"));
            }
            return all;
        });
    }

    private synchronized void change(UnaryOperator<List<ImageMapping>> change) {
        var all = new ArrayList<>(change.apply(new ArrayList<>(list())));
        all.sort(Comparator.comparing(m -> m.image().toString()));
        var body = JsonNodeFactory.instance.objectNode();
        var images = body.putArray("images");
        all.forEach(m -> images.add(write(m)));
        try {
            var folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            var next = Files.createTempFile(folder, "images", ".json");
            Files.write(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(body));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private ProblemException broken(Exception cause) {
        return new ProblemException(
                Problem.of(
                        "image mappings " + file,
                        "" + cause.getMessage(),
                        "mend the file, or remove it and map the images again"),
                cause);
    }

    private static ImageMapping read(JsonNode one) {
        return new ImageMapping(
                ImageReference.parse(one.path("image").asString("")),
                StreamSupport.stream(one.path("command").spliterator(), false)
                        .map(w -> w.asString(""))
                        .toList(),
                text(one.path("as")),
                texts(one.path("env")),
                text(one.path("workingDir")),
                texts(one.path("mounts")));
    }

    private static Map<String, String> texts(JsonNode node) {
        var texts = new LinkedHashMap<String, String>();
        node.properties().forEach(p -> texts.put(p.getKey(), p.getValue().asString("")));
        return texts;
    }

    private static @Nullable String text(JsonNode node) {
        var text = node.asString("");
        return text.isEmpty() ? null : text;
    }

    private static JsonNode write(ImageMapping mapping) {
        var one = JsonNodeFactory.instance.objectNode();
        one.put("image", mapping.image().toString());
        if (mapping.as() == null) {
            var command = one.putArray("command");
            mapping.command().forEach(command::add);
        } else {
            one.put("as", mapping.as());
        }
        write(one, "env", mapping.environment());
        write(one, "mounts", mapping.mounts());
        if (mapping.workingDir() != null) {
            one.put("workingDir", mapping.workingDir());
        }
        return one;
    }

    private static void write(ObjectNode to, String name, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            var object = to.putObject(name);
            Map<String, String> sorted = new TreeMap<>(texts);
            sorted.forEach(object::put);
        }
    }
}
