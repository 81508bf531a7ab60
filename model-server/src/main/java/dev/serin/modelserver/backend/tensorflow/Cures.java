package dev.serin.modelserver.backend.tensorflow;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/// What to do about errors of TensorFlow that do not say it themselves.
public final class Cures {
    private static final Map<String, String> BY_WORDS = new LinkedHashMap<>();

    static {
        BY_WORDS.put(
                "Could not find variable",
                "the model's variables are not tracked, as happens with a Keras 3 model inside of a"
                        + " tf.Module that was saved by tf.saved_model.save; save it with"
                        + " model.export(folder)");
        BY_WORDS.put(
                "Cannot assign a device",
                "the graph is pinned to a device that this machine does not have, mostly a GPU;"
                        + " save it again without tf.device, or with clear_devices=True");
        BY_WORDS.put(
                "Op type not registered",
                "the model uses an operation that TensorFlow 2.18 does not have: one of an add-on"
                        + " library, or of a newer version; save it without");
        BY_WORDS.put(
                "Could not find meta graph def matching supplied tags",
                "the model was saved under other tags (name them with --saved_model_tags), or"
                        + " saved_model.pb is damaged");
        BY_WORDS.put(
                "Can't parse",
                "saved_model.pb is damaged or was cut off; copy the version again, whole");
        BY_WORDS.put(
                "Unsuccessful TensorSliceReader",
                "the folder variables is missing or incomplete; copy the version again, whole");
    }

    private Cures() {}

    /// The cure for an error with this text, null where none is known.
    public static @Nullable String of(String text) {
        for (var entry : BY_WORDS.entrySet()) {
            if (text.contains(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }
}
