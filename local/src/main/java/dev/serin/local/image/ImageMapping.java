package dev.serin.local.image;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What a person said an image is: a command of this machine, or the same as a built-in image.
///
/// @param command empty where `as` is given
/// @param as a built-in image
/// @param mounts path in the container → folder or file of this machine: what the image would bring
///   along, as its model
public record ImageMapping(
        ImageReference image,
        List<String> command,
        @Nullable String as,
        Map<String, String> environment,
        @Nullable String workingDir,
        Map<String, String> mounts) {
    public ImageMapping(
            ImageReference image,
            List<String> command,
            @Nullable String as,
            Map<String, String> environment,
            @Nullable String workingDir) {
        this(image, command, as, environment, workingDir, Map.of());
    }

    public ImageMapping {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        mounts = Map.copyOf(mounts);
    }
}
