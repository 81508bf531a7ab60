/// What stands for a container image on this machine, and what a container runs by it. Start here:
/// [ImageCatalogue], then [ImageEntry] and [ContainerCommand].
@NullMarked
package dev.serin.local.image;

import org.jspecify.annotations.NullMarked;
