package dev.serin.local.node;

import dev.serin.base.Problem;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Says what stands for a container image on this machine.
public interface ImageResolver {
    /// Never throws for an image that it does not know; may be called on any thread.
    Image resolve(String image);

    /// What an image is here.
    sealed interface Image {
        /// A program of this machine.
        ///
        /// @param entrypoint replaced by the container's `command`
        /// @param arguments replaced by the container's `args`, and dropped when it has a `command`
        /// @param environment of the image, below the container's own
        /// @param commands first words of a `command` that mean a program of the image's own, and
        ///   what runs for them
        /// @param files that the image brings into the container's root
        /// @param mounts path in the container → folder or file of this machine that the image has
        ///   there; a volume of the pod at the same path hides it
        record Program(
                List<String> entrypoint,
                List<String> arguments,
                Map<String, String> environment,
                @Nullable String workingDir,
                Map<String, List<String>> commands,
                List<File> files,
                Map<String, String> mounts)
                implements Image {
            public Program(
                    List<String> entrypoint,
                    List<String> arguments,
                    Map<String, String> environment,
                    @Nullable String workingDir) {
                this(entrypoint, arguments, environment, workingDir, Map.of(), List.of(), Map.of());
            }
        }

        /// A small file of an image.
        ///
        /// @param path absolute, in the container
        record File(String path, String text, boolean executable) {}

        /// The mesh's proxy, which runs in the [SidecarHost].
        record Sidecar() implements Image {}

        /// No such image; the problem says how to map one.
        record Unknown(Problem problem) implements Image {}
    }
}
