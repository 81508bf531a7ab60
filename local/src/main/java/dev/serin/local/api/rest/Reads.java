package dev.serin.local.api.rest;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.store.Store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/// get, list and watch.
final class Reads {
    private final Store store;
    private final Lists lists;
    private final Watches watches;
    private final Ticker ticker;

    Reads(Store store, Ticker ticker) {
        this.store = store;
        this.lists = new Lists(store);
        this.watches = new Watches(store, ticker);
        this.ticker = ticker;
    }

    void get(Call call) throws IOException, InterruptedException {
        var resource = RestApi.require(store.get(call.key()), call.key());
        RestApi.json(call.exchange(), 200, views(call).one(resource));
    }

    void list(Call call) throws IOException, InterruptedException {
        var filter = Lists.Filter.of(call.request(), call.stored());
        var page = lists.page(call.request(), call.stored(), call.target().namespace(), filter);
        RestApi.json(call.exchange(), 200, views(call).list(page));
    }

    void watch(Call call) throws IOException, InterruptedException {
        var filter = Lists.Filter.of(call.request(), call.stored());
        watches.run(call.exchange(), call.stored(), call.target().namespace(), filter, views(call));
    }

    /// Of what nobody stores.
    ///
    /// @param from the family that it is made from
    void watch(Call call, String from, List<Resource> all)
            throws IOException, InterruptedException {
        watches.made(call.exchange(), from, all, views(call));
    }

    /// What a deletion of a collection is about.
    Lists.Page page(Call call) {
        var filter = Lists.Filter.of(call.request(), call.stored());
        return lists.page(call.request(), call.stored(), call.target().namespace(), filter);
    }

    Instant now() {
        return ticker.now();
    }

    Views views(Call call) {
        return views(call, call.served());
    }

    /// @param as the kind of the answer
    Views views(Call call, ServedKind as) {
        return new Views(call.request(), as, ticker);
    }
}
