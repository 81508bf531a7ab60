/// What the user writes: resources of any kind as they travel through the product. Start here:
/// [Resource], then [ResourceKind], then the packages by name.
@NullMarked
package dev.serin.config;

import org.jspecify.annotations.NullMarked;
