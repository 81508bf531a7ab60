/// The messages of model serving, whatever carries them: tensors, what a model can be asked, and
/// the closed set of errors. Start here: [Tensor], then [Signature], then [ServingException].
@NullMarked
package dev.serin.inference;

import org.jspecify.annotations.NullMarked;
