package dev.serin.controlplane;

import dev.serin.base.flow.Owner;
import dev.serin.controlplane.push.Departures;
import dev.serin.controlplane.status.ProxyTable;
import dev.serin.controlplane.status.StatusBoard;
import dev.serin.xds.Rejected;
import dev.serin.xds.ResourceType;
import dev.serin.xds.server.DiscoveryObserver;

import java.util.concurrent.RejectedExecutionException;

/// Brings what happens on the streams to those who want to know: the table at once, the status
/// board and those who leave on the control plane's thread.
final class StreamEvents implements DiscoveryObserver {
    private final ProxyTable table;
    private final StatusBoard board;
    private final Departures departures;
    private final Owner owner;
    private final Observer observer;

    StreamEvents(
            ProxyTable table,
            StatusBoard board,
            Departures departures,
            Owner owner,
            Observer observer) {
        this.table = table;
        this.board = board;
        this.departures = departures;
        this.owner = owner;
        this.observer = observer;
    }

    @Override
    public void connected(StreamName stream, String userAgent) {
        table.connected(stream, userAgent);
        later(() -> board.connected(stream.toString()));
    }

    @Override
    public void refused(String peer, String why) {
        table.refused(peer, why);
        later(() -> observer.refused(peer, why));
    }

    @Override
    public void sent(StreamName stream, ResourceType type, String revision, int resources) {
        table.sent(stream, type, revision, resources);
    }

    @Override
    public void acknowledged(StreamName stream, ResourceType type, String revision) {
        table.acknowledged(stream, type, revision);
    }

    @Override
    public void rejected(StreamName stream, Rejected rejected) {
        table.rejected(stream, rejected);
        later(() -> {
            board.rejected(stream.toString(), rejected);
            observer.rejected(
                    stream.nodeId(), rejected.type().abbreviation() + ": " + rejected.text());
        });
    }

    @Override
    public void synced(StreamName stream, String revision) {
        table.synced(stream, revision);
        later(() -> {
            board.synced(stream.toString(), Long.parseLong(revision));
            departures.synced(stream.toString(), Long.parseLong(revision));
        });
    }

    @Override
    public void failed(String proxy, RuntimeException cause) {
        table.failed(proxy, cause);
        later(() -> observer.failed("resources of " + proxy, cause));
    }

    @Override
    public void disconnected(StreamName stream) {
        table.disconnected(stream);
        later(() -> {
            board.disconnected(stream.toString());
            departures.disconnected(stream.toString());
        });
    }

    private void later(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            // The control plane is closing: nobody reads status any more.
        }
    }
}
