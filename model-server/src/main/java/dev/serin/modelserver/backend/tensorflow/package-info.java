/// TensorFlow's runtime through its C API. Start here: [TensorFlowBackend], then [TensorFlowModel].
@NullMarked
package dev.serin.modelserver.backend.tensorflow;

import org.jspecify.annotations.NullMarked;
