package dev.serin.modelserver;

import dev.serin.base.time.Ticker;
import dev.serin.modelserver.backend.tensorflow.Cures;
import dev.serin.modelserver.servable.ServableId;
import dev.serin.modelserver.servable.ServableManager;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Says what happens to versions, a line each. Called on the manager's thread only.
final class VersionLog implements ServableManager.Observer {
    private final Ticker ticker;
    private final Consumer<String> log;
    private final Map<ServableId, Long> begun = new HashMap<>();

    VersionLog(Ticker ticker, Consumer<String> log) {
        this.ticker = ticker;
        this.log = log;
    }

    @Override
    public void loading(ServableId id) {
        begun.put(id, ticker.nanos());
    }

    @Override
    public void available(ServableId id, int tries) {
        log.accept(id + " is available (loaded in " + millis(id) + " ms)");
    }

    @Override
    public void failed(ServableId id, RuntimeException why) {
        var text = String.valueOf(why.getMessage());
        var cure = Cures.of(text);
        log.accept(
                "ERROR: "
                        + id
                        + " could not be loaded: "
                        + text
                        + (cure == null ? "" : "; cure: " + cure));
    }

    @Override
    public void unloaded(ServableId id) {
        log.accept(id + " is unloaded");
    }

    private long millis(ServableId id) {
        var from = begun.remove(id);
        return from == null ? 0 : (ticker.nanos() - from) / 1_000_000;
    }
}
