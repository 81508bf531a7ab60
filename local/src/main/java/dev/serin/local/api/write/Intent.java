package dev.serin.local.api.write;

import dev.serin.local.api.Caller;

import java.util.ArrayList;
import java.util.List;

/// Who writes and how, for one request. One thread at a time.
///
/// @param manager the field manager
/// @param dryRun do all but store
/// @param warnings what the writer is told beside the answer; filled on the way
public record Intent(
        Caller caller,
        String manager,
        boolean dryRun,
        FieldValidation validation,
        List<String> warnings) {

    /// What to do about fields that the kind doesn't have.
    public enum FieldValidation {
        IGNORE,
        WARN,
        STRICT
    }

    public static Intent of(Caller caller, String manager) {
        return new Intent(caller, manager, false, FieldValidation.WARN, new ArrayList<>());
    }

    public void warn(String text) {
        if (!warnings.contains(text)) {
            warnings.add(text);
        }
    }
}
