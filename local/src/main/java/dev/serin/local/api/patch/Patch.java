package dev.serin.local.api.patch;

import dev.serin.config.schema.ObjectType;
import dev.serin.local.api.Refusal;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Locale;

/// A patch of one of the three forms that only need the current body; an apply needs the writers'
/// history too, see [dev.serin.local.api.manage.Apply].
///
/// @param type of the body; null merges without knowledge of lists
public record Patch(Form form, JsonNode change, @Nullable ObjectType type) {

    /// The forms, by media type.
    public enum Form {
        JSON("application/json-patch+json"),
        MERGE("application/merge-patch+json"),
        STRATEGIC("application/strategic-merge-patch+json"),
        APPLY("application/apply-patch+yaml");

        private final String mediaType;

        Form(String mediaType) {
            this.mediaType = mediaType;
        }

        public String mediaType() {
            return mediaType;
        }

        public static @Nullable Form of(String mediaType) {
            for (var form : values()) {
                if (form.mediaType.equals(mediaType)) {
                    return form;
                }
            }
            return null;
        }
    }

    /// The changed body, nothing of it shared with `current`.
    ///
    /// @throws Refusal when the patch can't be done
    public ObjectNode apply(ObjectNode current) {
        var out =
                switch (form) {
                    case JSON -> json(current);
                    case MERGE, APPLY -> JsonMerge.merge(current, change);
                    case STRATEGIC -> StrategicMerge.merge(current, object(change), type);
                };
        return object(out);
    }

    /// What it makes can't be read.
    ///
    /// @param why in the words of a decoder
    public Refusal refused(String why) {
        var from = Math.max(why.indexOf("json: "), 0);
        var quoted = JsonMapper.shared().writeValueAsString(change.toString());
        var message = "Invalid value: " + quoted + ": " + why.substring(from);
        return new Refusal(
                422,
                "Invalid",
                " \"\" is invalid: patch: " + message,
                new Refusal.Details(
                        "",
                        "",
                        "",
                        "",
                        List.of(new Refusal.Cause("FieldValueInvalid", message, "patch")),
                        0));
    }

    private JsonNode json(ObjectNode current) {
        if (!change.isArray()) {
            throw undecodable("[]handlers.jsonPatchOp");
        }
        try {
            return JsonPatch.apply(current, change);
        } catch (JsonPatch.Failed e) {
            throw new Refusal(
                    422,
                    "Invalid",
                    "the server rejected our request due to an error in our request",
                    new Refusal.Details("", "", "", "", List.of(), 0));
        }
    }

    private ObjectNode object(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw undecodable("map[string]interface {}");
    }

    private Refusal undecodable(String wanted) {
        var found =
                switch (change.getNodeType()) {
                    case BOOLEAN -> "bool";
                    case POJO, BINARY, MISSING -> "value";
                    default -> change.getNodeType().name().toLowerCase(Locale.ROOT);
                };
        return Refusal.badRequest(
                "error decoding patch: json: cannot unmarshal "
                        + found
                        + " into Go value of type "
                        + wanted);
    }
}
