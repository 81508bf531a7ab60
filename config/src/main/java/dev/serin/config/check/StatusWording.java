package dev.serin.config.check;

import dev.serin.config.schema.KindSchema;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.stream.Collectors;

/// Says violations in the forms that Kubernetes' API server has, which kubectl and its users know:
/// the strict decoder's (400), the type error of its JSON decoder (400), and the causes of an
/// invalid resource (422).
public final class StatusWording {
    private StatusWording() {}

    /// One cause of a 422.
    ///
    /// @param reason such as `FieldValueInvalid`
    /// @param message such as `Invalid value: -1: must be greater than or equal to 0`
    /// @param field the JSON path
    public record Cause(String reason, String message, String field) {}

    /// Whether the strict decoder is who complains: what `fieldValidation=Warn` warns of and
    /// `Ignore` lets pass.
    public static boolean isStrict(Violation violation) {
        return violation instanceof Violation.UnknownField
                || violation instanceof Violation.Duplicate;
    }

    /// Whether the value cannot even be decoded: refused whatever `fieldValidation` says. A custom
    /// kind has no such, its types are checked with the rest.
    public static boolean isUndecodable(KindSchema schema, Violation violation) {
        return !schema.custom() && violation instanceof Violation.WrongType;
    }

    /// `unknown field "spec.replica"`: one of the strict decoder's errors, and a warning by itself.
    public static String strict(Violation violation) {
        var what = violation instanceof Violation.Duplicate ? "duplicate" : "unknown";
        return what + " field \"" + violation.path() + "\"";
    }

    /// The message of the 400 for these, all of them strict.
    public static String strictMessage(KindSchema schema, List<Violation> violations) {
        return unhandled(schema)
                + "strict decoding error: "
                + violations.stream().map(StatusWording::strict).collect(Collectors.joining(", "));
    }

    /// The message of the 400 for a value that cannot be decoded.
    public static String typeMessage(KindSchema schema, Violation.WrongType violation) {
        var path = violation.path().replaceAll("\\[[0-9]+\\]", "");
        return unhandled(schema)
                + "json: cannot unmarshal "
                + goFound(violation)
                + " into Go struct field "
                + violation.owner()
                + "."
                + path
                + " of type "
                + goType(violation.expected());
    }

    private static String unhandled(KindSchema schema) {
        return schema.kind().kind()
                + " in version \""
                + schema.kind().version()
                + "\" cannot be handled as a "
                + schema.kind().kind()
                + ": ";
    }

    /// The message of the 422 for these causes.
    ///
    /// @param name of the resource
    public static String invalidMessage(KindSchema schema, String name, List<Cause> causes) {
        var kind = schema.kind();
        var qualified = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
        var all =
                causes.stream()
                        .map(c -> c.field() + ": " + c.message())
                        .collect(Collectors.joining(", "));
        return qualified
                + " \""
                + name
                + "\" is invalid: "
                + (causes.size() == 1 ? all : "[" + all + "]");
    }

    /// A violation as one cause of a 422.
    public static Cause cause(Violation violation) {
        return switch (violation) {
            case Violation.Missing v -> new Cause("FieldValueRequired", "Required value", v.path());
            case Violation.BadValue v ->
                    new Cause(
                            "FieldValueInvalid",
                            "Invalid value: " + v.found() + ": " + v.expected(),
                            v.path());
            case Violation.UnknownWord v ->
                    new Cause(
                            "FieldValueNotSupported",
                            "Unsupported value: "
                                    + v.found()
                                    + ": supported values: "
                                    + v.words().stream()
                                            .map(w -> "\"" + w + "\"")
                                            .collect(Collectors.joining(", ")),
                            v.path());
            case Violation.Forbidden v ->
                    new Cause("FieldValueForbidden", "Forbidden: " + v.why(), v.path());
            case Violation.WrongType v ->
                    new Cause(
                            "FieldValueTypeInvalid",
                            "Invalid value: \""
                                    + schemaType(v.found())
                                    + "\": "
                                    + v.path()
                                    + " in body must be of type "
                                    + schemaType(v.expected())
                                    + ": \""
                                    + schemaType(v.found())
                                    + "\"",
                            v.path());
            case Violation.UnknownField v -> new Cause("FieldValueInvalid", strict(v), v.path());
            case Violation.Duplicate v -> new Cause("FieldValueDuplicate", strict(v), v.path());
        };
    }

    /// What Go's decoder calls the value: of a number that does not fit it names the digits too.
    private static String goFound(Violation.WrongType violation) {
        var integer = violation.expected() == Scalar.INT32 || violation.expected() == Scalar.INT64;
        return integer && violation.found().isNumber()
                ? "number " + violation.found()
                : jsonType(violation.found());
    }

    private static String jsonType(JsonNode found) {
        if (found.isObject()) {
            return "object";
        }
        if (found.isArray()) {
            return "array";
        }
        if (found.isNumber()) {
            return "number";
        }
        return found.isBoolean() ? "bool" : found.isNull() ? "null" : "string";
    }

    private static String schemaType(JsonNode found) {
        if (found.isNumber()) {
            return found.isIntegralNumber() ? "integer" : "number";
        }
        return found.isBoolean() ? "boolean" : jsonType(found);
    }

    private static String schemaType(Type type) {
        return switch (type) {
            case Type.ListType _ -> "array";
            case Type.MapType _, ObjectType _ -> "object";
            case Type.Words _ -> "string";
            case Scalar scalar ->
                    switch (scalar) {
                        case INT32, INT64 -> "integer";
                        case DOUBLE -> "number";
                        case BOOL -> "boolean";
                        default -> "string";
                    };
        };
    }

    private static String goType(Type type) {
        return switch (type) {
            case Scalar scalar ->
                    switch (scalar) {
                        case DOUBLE -> "float64";
                        case BYTES -> "[]uint8";
                        case STRING, INT32, INT64, BOOL -> scalar.word();
                        case TIME -> "v1.Time";
                        case MICRO_TIME -> "v1.MicroTime";
                        case DURATION -> "v1.Duration";
                        case QUANTITY -> "resource.Quantity";
                        case INT_OR_STRING -> "intstr.IntOrString";
                        case ANY -> "interface {}";
                    };
            case Type.Words _ -> "string";
            case Type.ListType list -> "[]" + goType(list.element());
            case Type.MapType map -> "map[string]" + goType(map.value());
            case ObjectType object -> {
                var parts = object.fullName().split("\\.");
                yield parts.length < 2
                        ? object.name()
                        : parts[parts.length - 2] + "." + object.name();
            }
        };
    }
}
