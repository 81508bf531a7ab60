/// TensorFlow Serving's REST forms: requests from JSON, answers, status and metadata to JSON, with
/// its error strings. The JSON reader is our own, since the contract includes NaN, Infinity, bytes
/// after the document and the very words and offsets of syntax errors. Start here: [PredictCall],
/// then [JsonCursor], then [PredictAnswer].
@NullMarked
package dev.serin.inference.rest;

import org.jspecify.annotations.NullMarked;
