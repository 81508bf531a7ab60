/// How clients reach the models: TensorFlow Serving's REST interface over HTTP/1.1. Start here:
/// [RestApi], then [RestServer].
@NullMarked
package dev.serin.modelserver.api;

import org.jspecify.annotations.NullMarked;
