package dev.serin.local.image;

import dev.serin.base.Problem;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What stands for a container image on this machine.
public sealed interface Image {
    /// A program of this machine with the image's own defaults.
    ///
    /// @param entrypoint replaced by the container's `command`
    /// @param arguments replaced by the container's `args`, and dropped when it has a `command`
    /// @param environment of the image, below the container's own
    /// @param commands first words of a `command` that mean a program of the image's own, and what
    ///   runs for them
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
        public Program {
            entrypoint = List.copyOf(entrypoint);
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
            commands = Map.copyOf(commands);
            files = List.copyOf(files);
            mounts = Map.copyOf(mounts);
        }

        /// The machine's own root and programs.
        ///
        /// @param arguments what runs where the container names no command
        public static Program ofMachine(List<String> arguments) {
            return new Program(List.of(), arguments, Map.of(), null, Map.of(), List.of(), Map.of());
        }

        /// What a container of this image runs, by Kubernetes' rules: `command` replaces the entry
        /// point and drops the image's arguments, `args` replace the arguments. Empty where neither
        /// names a program.
        public List<String> words(List<String> command, List<String> args) {
            var words = new ArrayList<String>();
            if (command.isEmpty()) {
                words.addAll(entrypoint);
                words.addAll(args.isEmpty() ? arguments : args);
            } else {
                words.addAll(commands.getOrDefault(command.getFirst(), command.subList(0, 1)));
                words.addAll(command.subList(1, command.size()));
                words.addAll(args);
            }
            return List.copyOf(words);
        }
    }

    /// A small file of an image.
    ///
    /// @param path absolute, in the container
    record File(String path, String text, boolean executable) {}

    /// The mesh's proxy, beside a pod or as a gateway; or its control plane, which whoever starts
    /// it tells by the arguments.
    record Sidecar() implements Image {}

    /// No such image; the problem says how to map one.
    record Unknown(Problem problem) implements Image {}
}
