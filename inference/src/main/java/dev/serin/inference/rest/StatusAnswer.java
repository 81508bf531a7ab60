package dev.serin.inference.rest;

import dev.serin.inference.ModelVersionStatus;

import java.util.List;

/// Writes the answer to a status request.
public final class StatusAnswer {
    private StatusAnswer() {}

    /// @param versions in the order in which they shall be listed
    public static byte[] write(List<ModelVersionStatus> versions) {
        return MessageJson.message(
                json -> json.list("model_version_status", versions, StatusAnswer::version));
    }

    private static void version(MessageJson json, ModelVersionStatus version) {
        json.string("version", Long.toString(version.version()));
        json.string("state", version.state().name());
        json.object(
                "status",
                () -> {
                    json.string("error_code", version.code().name());
                    json.string("error_message", version.message());
                });
    }
}
