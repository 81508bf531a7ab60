package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.StreamEnd;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// The filters of one stream, and how a body passes them: requests in the order of the
/// configuration, responses in reverse, and a response only those that have seen the request. How
/// heads pass is [HttpStream]'s, since a filter may hold them.
final class FilterPath {
    static final FilterPath NONE = new FilterPath(new HttpFilter[0]);

    private final HttpFilter[] filters;
    private int responseAt;

    FilterPath(HttpFilter[] filters) {
        this.filters = filters;
    }

    int size() {
        return filters.length;
    }

    HttpFilter at(int index) {
        return filters[index];
    }

    /// Takes `part` past all filters; null if nothing is left of it.
    @Nullable ByteBuf requestBody(StreamContext stream, ByteBuf part) {
        var passing = part;
        for (var filter : filters) {
            passing = filter.requestBody(stream, passing);
            if (!passing.isReadable()) {
                passing.release();
                return null;
            }
        }
        return passing;
    }

    @Nullable Headers requestEnd(StreamContext stream, @Nullable Headers trailers) {
        var passing = trailers;
        for (var filter : filters) {
            passing = filter.requestEnd(stream, passing);
        }
        return passing;
    }

    /// Takes `part` past the filters below `seen`; null if nothing is left of it.
    @Nullable ByteBuf responseBody(StreamContext stream, ByteBuf part, int seen) {
        var passing = part;
        for (var i = Math.min(seen, filters.length) - 1; i >= 0; i--) {
            passing = filters[i].responseBody(stream, passing);
            if (!passing.isReadable()) {
                passing.release();
                return null;
            }
        }
        return passing;
    }

    @Nullable Headers responseEnd(StreamContext stream, @Nullable Headers trailers, int seen) {
        var passing = trailers;
        for (responseAt = Math.min(seen, filters.length) - 1; responseAt >= 0; responseAt--) {
            passing = filters[responseAt].responseEnd(stream, passing);
        }
        return passing;
    }

    /// A part that a filter adds while it is told of the end: it passes those below it.
    void added(StreamContext stream, ByteBuf part, Consumer<ByteBuf> out) {
        var passing = responseBody(stream, part, Math.max(responseAt, 0));
        if (passing != null) {
            out.accept(passing);
        }
    }

    void ended(StreamContext stream, StreamEnd end) {
        for (var filter : filters) {
            filter.ended(stream, end);
        }
    }
}
