package dev.serin.proxy.http.filter;

import com.google.protobuf.Struct;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.HostSearch;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.UpstreamUse;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A stream, as its filters see it. Event loop only.
public interface StreamContext {
    /// The client's connection; `remote` is the client as far as this stream's headers are
    /// believed.
    Downstream downstream();

    RequestHead request();

    /// Null until the response has begun.
    @Nullable ResponseHead response();

    Slots slots();

    /// The name of the route that was matched; null if none was.
    @Nullable String routeName();

    /// The cluster that the request goes to, null if it goes to none.
    @Nullable String clusterName();

    /// `filter_metadata` of that cluster; empty if there is none.
    Map<String, Struct> clusterMetadata();

    /// `filter_metadata` of the route; empty if there is none.
    Map<String, Struct> routeMetadata();

    /// The version of HTTP that the cluster's hosts are spoken to in, as far as that is known
    /// before there is a connection.
    HttpProtocol upstreamProtocol();

    /// Has the request's cluster find the host of this name, if that is how it finds its hosts.
    ///
    /// @param cache the name of the cache of names that is meant
    /// @param then is told the end on this stream's loop, if it is not known now; maybe when the
    ///   stream is over
    /// @return WAITING if `then` will be told
    HostSearch seekHost(String cache, String wanted, Consumer<HostSearch> then);

    /// The host in use, null until one is.
    @Nullable UpstreamUse upstream();

    /// What [HttpFilterFactory#compilePerRoute] made for the filter of this name on the matched
    /// route, the most specific one; null if nothing is set.
    @Nullable Object perRoute(String filterName);

    /// The same of all levels of the route that say something, the most specific first.
    List<Object> perRoutes(String filterName);

    /// Goes on after [HttpFilter.Next#PAUSE] in [HttpFilter#request].
    void resumeRequest();

    /// Goes on after [HttpFilter.Next#PAUSE] in [HttpFilter#response].
    void resumeResponse();

    /// Reads the whole request, of at most `limit` octets, and then runs `then`, which goes on or
    /// replies; what is larger is answered with 413. For a filter that has a body to wait for: it
    /// calls this in [HttpFilter#request] and returns PAUSE.
    void collectRequest(long limit, Runnable then);

    /// How much of the request's body is held now, by a filter's wish.
    long heldRequestOctets();

    /// Adds to the response's body, in [HttpFilter#responseEnd] only. Takes the part over.
    void addResponseBody(ByteBuf part);

    /// What there would be to tell of the stream if it ended now.
    StreamEnd soFar();

    /// Answers the stream from here. A filter that called it while it was asked returns PAUSE. Does
    /// nothing but reset the stream when a response has begun already.
    void reply(LocalReply reply);

    /// Adds one to the counter `http.PREFIX.NAME` of this connection manager.
    void count(String name);

    /// Adds one to the counter of this name.
    void countByFullName(String name);

    /// Adds a [dev.serin.proxy.stream.ResponseFlag] bit.
    void flag(long bit);

    Ticker ticker();

    /// This stream's event loop, which [#after] and everything else here belongs to.
    EventExecutor loop();

    /// Runs `task` on this stream's loop after `millis`. Cancel it in [HttpFilter#ended].
    Timers.Timer after(long millis, Runnable task);
}
