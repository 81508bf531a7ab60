package dev.serin.local.image;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The image `tensorflow/serving` by the product's own model server: same entry point, same
/// environment, same ports.
final class ServingImage {
    private static final String SERVER = "tensorflow_model_server";
    private static final String ENTRYPOINT = "/usr/bin/tf_serving_entrypoint.sh";

    private ServingImage() {}

    /// @param server the command that starts the model server, to which its flags are appended
    static Image.Program by(List<String> server) {
        // A shell, as in the image, because the defaults are variables that the container may set.
        var line =
                "exec "
                        + server.stream()
                                .map(ServingImage::quoted)
                                .collect(Collectors.joining(" "));
        var start =
                line
                        + " --port=8500 --rest_api_port=8501 --model_name=${MODEL_NAME}"
                        + " --model_base_path=${MODEL_BASE_PATH}/${MODEL_NAME} \"$@\"";
        var entrypoint = List.of("/bin/sh", "-c", start, ENTRYPOINT);
        return new Image.Program(
                entrypoint,
                List.of(),
                Map.of("MODEL_NAME", "model", "MODEL_BASE_PATH", "/models"),
                null,
                Map.of(
                        SERVER,
                        server,
                        "/usr/bin/" + SERVER,
                        server,
                        "/usr/local/bin/" + SERVER,
                        server,
                        ENTRYPOINT,
                        entrypoint),
                List.of(
                        new Image.File("/usr/bin/" + SERVER, script(line + " \"$@\""), true),
                        new Image.File(ENTRYPOINT, script(start), true)),
                Map.of());
    }

    private static String script(String line) {
        return "#!/bin/sh\n" + line + "\n";
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,+@%-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
