"""Makes the models that the tests load; run it with TensorFlow 2.21 to make them again.

half/1    y = x / 2 + 2; classify and regress from examples with a feature x
half/2    y = x / 2 + 3
kinds/1   one signature for each element type, giving the input back; text; two inputs; a scalar
fails/1   loads, but each call fails
wrapped/1 a Keras 3 model inside of a tf.Module: loads, but each call says that variables are missing
"""

import pathlib
import shutil

import keras
import tensorflow as tf

HERE = pathlib.Path(__file__).resolve().parent


def save(model, name, signatures):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    tf.saved_model.save(model, str(folder), signatures=signatures)
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    shutil.rmtree(folder / "assets", ignore_errors=True)


class Half(tf.Module):
    def __init__(self, plus):
        super().__init__()
        self.plus = tf.Variable(float(plus))

    def y(self, x):
        return x / 2.0 + self.plus

    def of_examples(self, inputs):
        return self.y(tf.io.parse_example(inputs, {"x": tf.io.FixedLenFeature([], tf.float32)})["x"])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x):
        return {"y": self.y(x)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def regress(self, inputs):
        return {"outputs": self.of_examples(inputs)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def classify(self, inputs):
        y = self.of_examples(inputs)
        names = tf.repeat(tf.constant([["small", "large"]]), tf.shape(y)[0], axis=0)
        return {"classes": names, "scores": tf.stack([1.0 - y, y], axis=1)}


class Kinds(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def text(self, text):
        return {"upper": tf.strings.upper(text), "raw_bytes": text}

    @tf.function(
        input_signature=[tf.TensorSpec([None, 2], tf.float32, name="a"), tf.TensorSpec([None], tf.int64, name="b")]
    )
    def two(self, a, b):
        return {"sum": tf.reduce_sum(a, axis=1) + tf.cast(b, tf.float32), "b": b + 1}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, name="x")])
    def scalar(self, x):
        return {"total": tf.reduce_sum(x)}


class Fails(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x):
        with tf.control_dependencies([tf.debugging.Assert(tf.size(x) < 0, ["this model always fails"])]):
            return {"y": tf.identity(x)}


class Wrapped(tf.Module):
    def __init__(self):
        super().__init__()
        self.model = keras.Sequential([keras.layers.Input([1]), keras.layers.Dense(1)])

    @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32, name="x")])
    def predict(self, x):
        return {"y": self.model(x)}


def same(dtype):
    return tf.function(
        lambda x: {"same": tf.identity(x)}, input_signature=[tf.TensorSpec([None], dtype, name="x")]
    ).get_concrete_function()


for version, plus in ((1, 2), (2, 3)):
    half = Half(plus)
    save(
        half,
        f"half/{version}",
        {"serving_default": half.predict, "regress": half.regress, "classify": half.classify},
    )
kinds = Kinds()
TYPES = "float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool half"
kinds.functions = {name: same(getattr(tf, name)) for name in TYPES.split()}
save(kinds, "kinds/1", {"text": kinds.text, "two": kinds.two, "scalar": kinds.scalar} | kinds.functions)
fails = Fails()
save(fails, "fails/1", {"serving_default": fails.predict})
wrapped = Wrapped()
save(wrapped, "wrapped/1", {"serving_default": wrapped.predict})
