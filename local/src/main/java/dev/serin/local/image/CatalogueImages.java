package dev.serin.local.image;

import dev.serin.local.image.ImageCatalogue.Resolution;
import dev.serin.local.node.ImageResolver;

import java.util.List;
import java.util.Map;

/// The catalogue as the node asks it. Safe for any thread.
public final class CatalogueImages implements ImageResolver {
    private final ImageCatalogue catalogue;
    private final Image controlPlane;

    /// @param controlPlane what the node does with the image of the control plane, which the
    ///   supervisor itself runs
    public CatalogueImages(ImageCatalogue catalogue, Image controlPlane) {
        this.catalogue = catalogue;
        this.controlPlane = controlPlane;
    }

    @Override
    public Image resolve(String image) {
        return switch (catalogue.resolve(image)) {
            case Resolution.Unknown(var problem) -> new Image.Unknown(problem);
            case Resolution.Known(var entry, _) ->
                    switch (entry) {
                        case ImageEntry.Program p ->
                                new Image.Program(
                                        p.entrypoint(),
                                        p.cmd(),
                                        p.environment(),
                                        p.workingDir(),
                                        p.commands(),
                                        p.files().stream().map(CatalogueImages::file).toList(),
                                        p.mounts());
                        case ImageEntry.Host(var cmd) ->
                                new Image.Program(List.of(), cmd, Map.of(), null);
                        case ImageEntry.Sidecar() -> new Image.Sidecar();
                        case ImageEntry.ControlPlane() -> controlPlane;
                    };
        };
    }

    private static Image.File file(ImageEntry.ImageFile file) {
        return new Image.File(file.path(), file.text(), file.executable());
    }
}
