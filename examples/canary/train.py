"""Trains the two versions of the canary example and saves each as a TensorFlow SavedModel.

    python3 -m venv /tmp/train && /tmp/train/bin/pip install -r requirements.txt
    /tmp/train/bin/python train.py

Both read an 8x8 picture of a handwritten digit (64 numbers from 0 to 16, scikit-learn's digits) and
answer the digit and the probability of each class. Version 1 has seen 150 pictures and is often wrong;
version 2 has seen them all. Also writes request.json: a picture that the two read differently.
"""

import json
import pathlib
import shutil

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

HERE = pathlib.Path(__file__).resolve().parent


class Digits(tf.Module):
    """A trained multi-layer perceptron as a TensorFlow graph."""

    def __init__(self, classifier):
        super().__init__(name="digits")
        self.layers = [
            (tf.Variable(w.astype(np.float32)), tf.Variable(b.astype(np.float32)))
            for w, b in zip(classifier.coefs_, classifier.intercepts_)
        ]

    def probabilities(self, pixels):
        x = pixels / 16.0
        for i, (weight, bias) in enumerate(self.layers):
            x = tf.matmul(x, weight) + bias
            if i < len(self.layers) - 1:
                x = tf.nn.relu(x)
        return tf.nn.softmax(x)

    @tf.function(input_signature=[tf.TensorSpec([None, 64], tf.float32, name="pixels")])
    def predict(self, pixels):
        probabilities = self.probabilities(pixels)
        return {
            "class": tf.argmax(probabilities, axis=1, output_type=tf.int64),
            "probabilities": probabilities,
        }


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def message(number, content):
    """One length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def warmup(path, rows):
    """Writes TensorFlow Serving's warm-up file: one PredictionLog with a PredictRequest of these rows."""
    tensor = tf.make_tensor_proto(rows, tf.float32).SerializeToString()
    request = message(1, message(1, b"digits")) + message(2, message(1, b"pixels") + message(2, tensor))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(message(6, message(1, request)))  # PredictionLog.predict_log, PredictLog.request


def save(classifier, folder, rows):
    shutil.rmtree(folder, ignore_errors=True)
    model = Digits(classifier)
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.predict})
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    warmup(folder / "assets.extra" / "tf_serving_warmup_requests", rows)
    return model


def main():
    digits = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(
        digits.data.astype(np.float32), digits.target, test_size=450, random_state=7, stratify=digits.target
    )
    weak = MLPClassifier((16,), max_iter=200, random_state=7).fit(x_train[:150] / 16.0, y_train[:150])
    good = MLPClassifier((64, 32), max_iter=300, random_state=7).fit(x_train / 16.0, y_train)
    models = [
        save(weak, HERE / "models" / "v1" / "1", x_test[:1]),
        save(good, HERE / "models" / "v2" / "2", x_test[:1]),
    ]
    answers = [m.predict(tf.constant(x_test)) for m in models]
    said = [a["class"].numpy() for a in answers]
    for name, classes in zip(("v1", "v2"), said):
        print(f"{name}: {np.mean(classes == y_test):.3f} of {len(y_test)} right")
    # A picture that v2 reads right and v1 surely does not.
    sure = answers[0]["probabilities"].numpy().max(axis=1)
    candidates = np.flatnonzero((said[0] != y_test) & (said[1] == y_test))
    chosen = candidates[np.argmax(sure[candidates])]
    print(f"request.json: a {y_test[chosen]}; v1 says {said[0][chosen]}, v2 says {said[1][chosen]}")
    row = [int(p) for p in x_test[chosen]]
    (HERE / "request.json").write_text(json.dumps({"instances": [row]}) + "\n")


if __name__ == "__main__":
    main()
