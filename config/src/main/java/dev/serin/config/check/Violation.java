package dev.serin.config.check;

import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// Something in a resource's body that is not as its kind has it. It knows its JSON path, such as
/// `spec.http[0].route[1].weight`; [Wording] says it to a person, [StatusWording] in Kubernetes'
/// own forms.
public sealed interface Violation {
    String path();

    /// A field that the kind does not have.
    ///
    /// @param known the fields that are there at this place
    /// @param nearest the one that was probably meant, null if none is near
    /// @param belongs path of the object near by that has such a field, empty if there is none
    record UnknownField(String path, List<String> known, @Nullable String nearest, String belongs)
            implements Violation {}

    /// A value of another type.
    ///
    /// @param owner the type of the object that has the field, such as `DeploymentSpec`
    record WrongType(String path, JsonNode found, Type expected, String owner)
            implements Violation {}

    /// None of the words that are allowed here.
    record UnknownWord(String path, JsonNode found, List<String> words, @Nullable String nearest)
            implements Violation {}

    /// A field that must be there.
    ///
    /// @param doc what it is, for the cure; may be empty
    record Missing(String path, String doc) implements Violation {}

    /// A value of the right type that is refused.
    ///
    /// @param expected such as `must be greater than or equal to 0`
    /// @param cure what to do, null where `expected` says it
    record BadValue(String path, JsonNode found, String expected, @Nullable String cure)
            implements Violation {}

    /// Something that cannot be there, mostly because of something else that is.
    record Forbidden(String path, String why, String cure) implements Violation {}

    /// A key that is there twice (only text has such; a parsed body has one of them).
    record Duplicate(String path) implements Violation {}
}
