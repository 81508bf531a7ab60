/// The kinds that the API serves and what is special about each. Start here: [Catalogue], then
/// [ServedKind].
@NullMarked
package dev.serin.local.api.kind;

import org.jspecify.annotations.NullMarked;
