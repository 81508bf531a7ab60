/// TensorFlow Serving's protobuf forms. Start here: [TensorMessages].
@NullMarked
package dev.serin.inference.grpc;

import org.jspecify.annotations.NullMarked;
