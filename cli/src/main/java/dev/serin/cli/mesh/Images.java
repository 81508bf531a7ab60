package dev.serin.cli.mesh;

import dev.serin.local.image.ImageCatalogue;
import dev.serin.local.image.ImageEntry;
import dev.serin.local.node.ImageResolver;

import java.util.List;
import java.util.Map;

/// The catalogue as the node asks it.
final class Images implements ImageResolver {
    private final ImageCatalogue catalogue;

    Images(ImageCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public Image resolve(String image) {
        return switch (catalogue.resolve(image)) {
            case ImageCatalogue.Resolution.Unknown unknown -> new Image.Unknown(unknown.problem());
            case ImageCatalogue.Resolution.Known known -> of(known.entry());
        };
    }

    private static Image of(ImageEntry entry) {
        return switch (entry) {
            case ImageEntry.Program program ->
                    new Image.Program(
                            program.entrypoint(),
                            program.cmd(),
                            program.environment(),
                            program.workingDir());
            case ImageEntry.Host host -> new Image.Program(List.of(), host.cmd(), Map.of(), null);
            // Both run in processes of the mesh itself: MeshSidecars knows which.
            case ImageEntry.Sidecar _, ImageEntry.ControlPlane _ -> new Image.Sidecar();
        };
    }
}
