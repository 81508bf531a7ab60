package dev.serin.proxy.upstream.health;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.Http1Client;
import dev.serin.proxy.http.codec.ResponseReader;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.pool.Connector;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Sends a request and judges the response. As Envoy's HTTP health check.
final class HttpProber implements Prober, Http1Client.Keeper, ResponseReader {
    private static final String CHECKED_CLUSTER = "x-envoy-upstream-healthchecked-cluster";
    private static final String DEGRADED = "x-envoy-degraded";

    private final HealthConfig.Http config;
    private final boolean reuse;
    private final LiveCluster cluster;
    private final Host host;
    private final Worker worker;
    private @Nullable Http1Client client;
    private @Nullable Consumer<Finding> then;
    private @Nullable ResponseHead head;
    private Octets body = new Octets(0);
    private volatile String detail = "";

    HttpProber(
            HealthConfig.Http config,
            boolean reuse,
            LiveCluster cluster,
            Host host,
            Worker worker) {
        this.config = config;
        this.reuse = reuse;
        this.cluster = cluster;
        this.host = host;
        this.worker = worker;
    }

    @Override
    public void probe(Consumer<Finding> next) {
        then = next;
        head = null;
        body = new Octets(config.mostBody());
        var kept = client;
        if (kept != null) {
            ask(kept);
            return;
        }
        var fresh = new Http1Client(worker, this);
        Connector.connect(worker, cluster, host, fresh)
                .addListener((ChannelFuture future) -> {
                    if (!future.isSuccess()) {
                        fresh.discard();
                        detail = String.valueOf(future.cause().getMessage());
                        found(Finding.NETWORK);
                    } else if (then == null) {
                        fresh.close();
                    } else {
                        client = fresh;
                        ask(fresh);
                    }
                });
    }

    private void ask(Http1Client to) {
        to.take(this);
        to.head(request(), true);
        to.flush();
    }

    private RequestHead request() {
        var headers = new Headers();
        headers.add("user-agent", "Envoy/HC");
        for (var header : config.add()) {
            if (header.append()) {
                headers.add(header.name(), header.value());
            } else {
                headers.set(header.name(), header.value());
            }
        }
        config.remove().forEach(headers::remove);
        var named = host.endpoint().check().host();
        var authority =
                !named.isEmpty() ? named : config.host().isEmpty() ? cluster.name() : config.host();
        return new RequestHead(
                HttpProtocol.HTTP11, config.method(), config.path(), authority, headers);
    }

    // ---- the response

    @Override
    public void informational(ResponseHead informational) {}

    @Override
    public void head(ResponseHead response, boolean end) {
        head = response;
    }

    @Override
    public void body(ByteBuf part) {
        body.add(part);
        part.release();
    }

    @Override
    public void end(@Nullable Headers trailers) {
        var response = head;
        found(response == null ? Finding.NETWORK : judge(response));
    }

    private Finding judge(ResponseHead response) {
        var status = response.status();
        detail = "status " + status;
        if (!HealthConfig.Range.any(config.expected(), status)) {
            return HealthConfig.Range.any(config.retriable(), status)
                    ? Finding.DOUBTFUL
                    : Finding.BAD;
        }
        if (!body.holds(config.body())) {
            detail = "the body does not hold what was expected";
            return Finding.BAD;
        }
        var service = config.service();
        if (service != null) {
            var named = response.headers().get(CHECKED_CLUSTER);
            if (!service.test(named == null ? "" : named)) {
                detail = "it is of the service '" + named + "'";
                return Finding.BAD;
            }
        }
        return response.headers().has(DEGRADED) ? Finding.DEGRADED : Finding.GOOD;
    }

    @Override
    public void readComplete() {}

    @Override
    public void writable() {}

    @Override
    public void reset(boolean protocolError, String why) {
        detail = why;
        client = null;
        found(Finding.NETWORK);
    }

    private void found(Finding finding) {
        var told = then;
        then = null;
        if (!reuse) {
            close();
        }
        if (told != null) {
            told.accept(finding);
        }
    }

    // ---- the connection

    @Override
    public void idle(Http1Client free) {}

    @Override
    public void closed(Http1Client gone) {
        if (gone.equals(client)) {
            client = null;
        }
    }

    private void close() {
        var open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void cancel() {
        var waiting = then != null;
        then = null;
        var open = client;
        client = null;
        if (open != null) {
            if (waiting) {
                open.cancel();
            }
            open.close();
        }
    }

    @Override
    public String detail(Finding finding) {
        return finding == Finding.TIMEOUT ? "no answer in time" : detail;
    }
}
