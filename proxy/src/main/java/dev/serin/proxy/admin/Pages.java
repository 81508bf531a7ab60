package dev.serin.proxy.admin;

import java.util.concurrent.CompletableFuture;

/// Answers requests for pages. Called on an event loop: what takes long is completed elsewhere.
@FunctionalInterface
public interface Pages {
    CompletableFuture<Page> answer(Ask ask);

    /// An answer that is there at once.
    static CompletableFuture<Page> now(Page page) {
        return CompletableFuture.completedFuture(page);
    }
}
