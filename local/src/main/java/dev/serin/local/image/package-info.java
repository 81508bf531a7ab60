/// What stands for a container image on this machine. Start here: [Image], then [ImageCatalogue].
@NullMarked
package dev.serin.local.image;

import org.jspecify.annotations.NullMarked;
