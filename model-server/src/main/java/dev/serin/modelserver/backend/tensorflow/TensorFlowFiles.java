package dev.serin.modelserver.backend.tensorflow;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;

/// TensorFlow's libraries as files. The jar that carries them is unpacked once into a cache folder
/// (about 690 MB, ten seconds); what is there is recognised by the jar's version and the files'
/// sizes. Several processes may do so at once: each writes files of its own and renames them.
public final class TensorFlowFiles {
    private static final String FOLDER = "/org/tensorflow/internal/c_api/linux-x86_64/";
    private static final String VERSION =
            "/META-INF/maven/org.tensorflow/tensorflow-core-native/pom.properties";

    // In the order in which they must be opened.
    private static final List<String> NAMES =
            List.of("libtensorflow_framework.so.2", "libtensorflow_cc.so.2");

    private TensorFlowFiles() {}

    /// The libraries in the order in which they must be opened, unpacked if they are not yet.
    ///
    /// @param cache the folder for unpacked natives, made if it is missing
    /// @param progress told, once, when unpacking is needed and takes a while
    /// @throws ProblemException if the jar is not there or the disk is full
    public static List<Path> unpacked(Path cache, Consumer<String> progress) {
        var folder = cache.resolve("tensorflow-" + version());
        var files = NAMES.stream().map(folder::resolve).toList();
        try {
            var missing = files.stream().filter(file -> !isWhole(file)).toList();
            if (!missing.isEmpty()) {
                progress.accept(
                        "unpacking TensorFlow's library (690 MB, once) into " + folder + " ...");
                Files.createDirectories(folder);
                for (var file : missing) {
                    unpack(file);
                }
            }
            return files;
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "TensorFlow's library in " + folder,
                            "it could not be unpacked (" + e + ")",
                            "free 700 MB there, or set XDG_CACHE_HOME to a folder that has them"),
                    e);
        }
    }

    private static String version() {
        try (var in = TensorFlowFiles.class.getResourceAsStream(VERSION)) {
            if (in == null) {
                throw noJar();
            }
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProblemException noJar() {
        return new ProblemException(
                new Problem(
                        "TensorFlow's library",
                        "it is not on the class path for this machine ("
                                + System.getProperty("os.name")
                                + " "
                                + System.getProperty("os.arch")
                                + ")",
                        "Linux on x86_64",
                        "run on such a machine, or in a VM"));
    }

    private static boolean isWhole(Path file) {
        try {
            return Files.size(file) == resource(file).openConnection().getContentLengthLong();
        } catch (IOException e) {
            return false;
        }
    }

    private static URL resource(Path file) {
        var resource = TensorFlowFiles.class.getResource(FOLDER + file.getFileName());
        if (resource == null) {
            throw noJar();
        }
        return resource;
    }

    private static void unpack(Path file) throws IOException {
        var part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
        try (InputStream in = resource(file).openStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
