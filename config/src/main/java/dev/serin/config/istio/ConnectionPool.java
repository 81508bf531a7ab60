package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Limits on the connections to a destination. A null limit is not written, which is not the same
/// as zero.
public record ConnectionPool(@Nullable Tcp tcp, @Nullable Http http) {
    /// Limits of every connection.
    public record Tcp(
            @Nullable Integer maxConnections,
            @Nullable Duration connectTimeout,
            @Nullable Keepalive keepalive,
            @Nullable Duration maxConnectionDuration,
            @Nullable Duration idleTimeout) {
        static Tcp from(Cursor tcp) {
            return new Tcp(
                    tcp.integer("maxConnections"),
                    tcp.duration("connectTimeout"),
                    tcp.optional("tcpKeepalive", Keepalive::from),
                    tcp.duration("maxConnectionDuration"),
                    tcp.duration("idleTimeout"));
        }
    }

    /// The probes of an idle connection; nulls are the system's own.
    public record Keepalive(
            @Nullable Integer probes, @Nullable Duration time, @Nullable Duration interval) {
        static Keepalive from(Cursor keepalive) {
            return new Keepalive(
                    keepalive.integer("probes"),
                    keepalive.duration("time"),
                    keepalive.duration("interval"));
        }
    }

    /// Limits of HTTP connections.
    public record Http(
            @Nullable Integer http1MaxPendingRequests,
            @Nullable Integer http2MaxRequests,
            @Nullable Integer maxRequestsPerConnection,
            @Nullable Integer maxRetries,
            @Nullable Duration idleTimeout,
            H2Upgrade h2UpgradePolicy,
            boolean useClientProtocol,
            @Nullable Integer maxConcurrentStreams,
            @Nullable Http2Keepalive http2Keepalive) {
        static Http from(Cursor http) {
            return new Http(
                    http.integer("http1MaxPendingRequests"),
                    http.integer("http2MaxRequests"),
                    http.integer("maxRequestsPerConnection"),
                    http.integer("maxRetries"),
                    http.duration("idleTimeout"),
                    http.word("h2UpgradePolicy", H2Upgrade.class, H2Upgrade.DEFAULT),
                    http.bool("useClientProtocol", false),
                    http.integer("maxConcurrentStreams"),
                    http.optional("http2KeepAlive", Http2Keepalive::from));
        }
    }

    /// Whether HTTP/1.1 requests are sent as HTTP/2.
    public enum H2Upgrade {
        DEFAULT,
        DO_NOT_UPGRADE,
        UPGRADE
    }

    /// PING frames on an HTTP/2 connection.
    public record Http2Keepalive(@Nullable Duration interval, @Nullable Duration timeout) {
        static Http2Keepalive from(Cursor keepalive) {
            return new Http2Keepalive(
                    keepalive.duration("interval"), keepalive.duration("timeout"));
        }
    }

    static ConnectionPool from(Cursor pool) {
        return new ConnectionPool(
                pool.optional("tcp", Tcp::from), pool.optional("http", Http::from));
    }
}
