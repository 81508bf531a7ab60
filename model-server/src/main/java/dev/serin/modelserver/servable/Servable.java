package dev.serin.modelserver.servable;

import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.Tensor;

import java.util.SortedMap;

/// One version of a model, loaded. Safe for any thread until it is closed, which its owner does
/// once nobody holds it any more.
public interface Servable extends AutoCloseable {
    /// What can be asked of it, by name.
    SortedMap<String, Signature> signatures();

    /// The answer, all outputs of the signature by name; blocks for as long as the model computes.
    ///
    /// @throws ServingException if the model refuses the inputs or fails
    SortedMap<String, Tensor> run(Signature signature, SortedMap<String, Tensor> inputs);

    /// Gives the memory back.
    @Override
    void close();
}
