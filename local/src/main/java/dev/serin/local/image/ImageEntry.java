package dev.serin.local.image;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What an image is on this machine.
public sealed interface ImageEntry {
    /// A program of this machine with the image's own defaults.
    ///
    /// @param entrypoint replaced by the container's `command`
    /// @param cmd replaced by the container's `args`, and dropped when it has a `command`
    /// @param environment of the image, below the container's own
    /// @param commands words that the image's own programs are called by, and what runs for them
    /// @param files that the image brings, to be put into the pod's root
    /// @param mounts path in the container → what of this machine is there
    record Program(
            List<String> entrypoint,
            List<String> cmd,
            Map<String, String> environment,
            @Nullable String workingDir,
            Map<String, List<String>> commands,
            List<ImageFile> files,
            Map<String, String> mounts)
            implements ImageEntry {
        public Program(
                List<String> entrypoint,
                List<String> cmd,
                Map<String, String> environment,
                @Nullable String workingDir,
                Map<String, List<String>> commands,
                List<ImageFile> files) {
            this(entrypoint, cmd, environment, workingDir, commands, files, Map.of());
        }

        public Program {
            entrypoint = List.copyOf(entrypoint);
            cmd = List.copyOf(cmd);
            environment = Map.copyOf(environment);
            commands = Map.copyOf(commands);
            files = List.copyOf(files);
            mounts = Map.copyOf(mounts);
        }
    }

    /// The machine's own root and programs: the container's command runs if it is installed.
    ///
    /// @param cmd what the image runs where the container names no command
    record Host(List<String> cmd) implements ImageEntry {
        public Host {
            cmd = List.copyOf(cmd);
        }
    }

    /// The mesh's proxy beside a pod, or a gateway.
    record Sidecar() implements ImageEntry {}

    /// The mesh's control plane, which runs in the supervisor.
    record ControlPlane() implements ImageEntry {}

    /// A small file of an image.
    ///
    /// @param path absolute, in the container
    record ImageFile(String path, String text, boolean executable) {}
}
