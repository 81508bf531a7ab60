package dev.serin.config.codec;

import dev.serin.base.Problem;
import dev.serin.config.Resource;
import dev.serin.config.schema.KindSchema;

import org.jspecify.annotations.Nullable;

/// A resource as a file has it: where it stands and what shape it should be.
///
/// @param file what errors call the text
public record Manifest(Resource resource, KindSchema schema, String file, Positions positions) {
    /// The line that the path stands in.
    public String place(String path) {
        return file + ":" + positions.at(path).line();
    }

    /// A problem at a path, its subject `file:line: path`.
    public Problem problem(
            String path, String found, @Nullable String expected, @Nullable String cure) {
        return new Problem(
                path.isEmpty() ? place(path) : place(path) + ": " + path, found, expected, cure);
    }

    /// The same with another resource, such as the current form of an old one.
    public Manifest with(Resource other, KindSchema otherSchema) {
        return new Manifest(other, otherSchema, file, positions);
    }
}
