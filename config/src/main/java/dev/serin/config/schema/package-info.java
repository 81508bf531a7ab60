/// The shape of every kind, from one compact text a group. Start here: [Schemas], then
/// [KindSchema], [Type].
@NullMarked
package dev.serin.config.schema;

import org.jspecify.annotations.NullMarked;
