package dev.serin.conformance.differential.client;

import java.util.List;

/// One connection to a proxy.
interface Client extends AutoCloseable {
    /// Asks once, and returns what came.
    List<Outcome> ask(Ask ask);

    @Override
    void close();
}
