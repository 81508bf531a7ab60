package dev.serin.cli;

import dev.serin.cli.mesh.MeshHome;

import picocli.CommandLine.Option;

/// `--mesh NAME`, for every command that is about one mesh.
final class MeshOption {
    @Option(
            names = "--mesh",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "The mesh; several may run side by side (default: ${DEFAULT-VALUE}).")
    private String name = "default";

    MeshHome home() {
        return MeshHome.of(name, System.getenv());
    }
}
