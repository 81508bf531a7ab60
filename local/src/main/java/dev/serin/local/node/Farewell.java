package dev.serin.local.node;

import java.util.concurrent.CompletableFuture;

/// Who would still send requests to a pod that is to end.
///
/// On a cluster a deleted pod is asked to end while the news is still on its way to the proxies,
/// which is why people let a `preStop` hook sleep for some seconds. Here whoever tells the proxies
/// is beside the node, so the node can wait for what it means.
@FunctionalInterface
public interface Farewell {
    /// Waits for nobody.
    Farewell NONE = _ -> CompletableFuture.allOf();

    /// Completes when no proxy of the mesh sends new requests to this address any more. Any thread;
    /// the caller bounds its patience.
    CompletableFuture<Void> to(String address);
}
