package dev.serin.proxy;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.http.cors.CorsFactory;
import dev.serin.proxy.http.fault.FaultFactory;
import dev.serin.proxy.http.filter.HttpFilterFactory;

import java.util.List;

/// The HTTP filters of every proxy, but for those of telemetry: a new one is one more line here.
final class HttpFilters {
    private HttpFilters() {}

    static List<HttpFilterFactory> of(Draws draws) {
        return List.of(new FaultFactory(draws), new CorsFactory(draws));
    }
}
