package dev.serin.proxy.upstream.health;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.HostConnection;
import dev.serin.proxy.http.codec.Http1Client;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.codec.ResponseReader;
import dev.serin.proxy.http.codec.h2.Http2Client;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.pool.Connector;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Sends a request and judges the response. As Envoy's HTTP and gRPC health checks.
final class HttpProber implements Prober, HostConnection.Keeper, ResponseReader {
    private final Question question;
    private final boolean reuse;
    private final LiveCluster cluster;
    private final Host host;
    private final Worker worker;
    private @Nullable HostConnection connection;
    private @Nullable RequestWriter writer;
    private @Nullable Consumer<Finding> then;
    private @Nullable ResponseHead head;
    private Octets body = new Octets(0);
    private volatile String detail = "";

    HttpProber(Question question, boolean reuse, LiveCluster cluster, Host host, Worker worker) {
        this.question = question;
        this.reuse = reuse;
        this.cluster = cluster;
        this.host = host;
        this.worker = worker;
    }

    @Override
    public void probe(Consumer<Finding> next) {
        then = next;
        head = null;
        body = new Octets(question.mostBody());
        var kept = connection;
        if (kept != null && kept.room() > 0) {
            ask(kept);
            return;
        }
        close();
        if (question.http2()) {
            var fresh = new Http2Client(worker, this, cluster.config().http().http2());
            connect(fresh, fresh);
        } else {
            var fresh = new Http1Client(worker, this);
            connect(fresh, fresh);
        }
    }

    private void connect(HostConnection fresh, ChannelHandler handler) {
        Connector.connect(
                worker,
                cluster,
                host,
                ConnectionWish.http(question.http2()),
                handler,
                future -> {
                    if (!future.isSuccess()) {
                        fresh.discard();
                        detail = String.valueOf(future.cause().getMessage());
                        found(Finding.NETWORK);
                    } else if (then == null) {
                        fresh.close();
                    } else {
                        connection = fresh;
                        ask(fresh);
                    }
                });
    }

    private void ask(HostConnection to) {
        var request = to.open(this);
        writer = request;
        var content = question.body();
        var empty = !content.isReadable();
        request.head(question.head(cluster.name(), host), empty);
        if (empty) {
            content.release();
        } else {
            request.write(content);
            request.endRequest(null);
        }
        request.flush();
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
        writer = null;
        var response = head;
        if (response == null) {
            found(Finding.NETWORK);
            return;
        }
        detail = "status " + response.status();
        found(question.judge(response, body, trailers));
    }

    @Override
    public void readComplete() {}

    @Override
    public void writable() {}

    @Override
    public void reset(ResetReason reason, String why) {
        writer = null;
        detail = why;
        close();
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
    public void room(HostConnection free) {}

    @Override
    public void closed(HostConnection gone) {
        if (gone.equals(connection)) {
            connection = null;
        }
    }

    private void close() {
        var open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void cancel() {
        then = null;
        var asked = writer;
        writer = null;
        if (asked != null) {
            asked.cancel();
        }
        close();
    }

    @Override
    public String detail(Finding finding) {
        return finding == Finding.TIMEOUT ? "no answer in time" : detail;
    }
}
