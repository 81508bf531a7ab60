package dev.serin.proxy.admin;

import io.envoyproxy.envoy.admin.v3.ConfigDump;

import java.util.concurrent.CompletableFuture;

/// What the admin pages show and may do. Any thread.
public interface AdminView {
    /// `LIVE`, `DRAINING`, `INITIALIZING` or `PRE_INITIALIZING`.
    String state();

    /// A line for each fact, `cluster::host::fact::value`.
    ///
    /// @param json of `envoy.admin.v3.Clusters` instead
    CompletableFuture<String> clusters(boolean json);

    /// A line for each listener, `name::address`.
    ///
    /// @param json of `envoy.admin.v3.Listeners` instead
    CompletableFuture<String> listeners(boolean json);

    /// What is in force, with its keys.
    ///
    /// @param endpoints whether those of clusters are in it too
    CompletableFuture<ConfigDump> configDump(boolean endpoints);

    /// JSON of `envoy.admin.v3.Certificates`.
    CompletableFuture<String> certificates();

    /// JSON of `envoy.admin.v3.UnreadyTargetsDumps`: what readiness waits for.
    String unready();

    /// How the connection to the control plane stands, for people.
    String discovery();

    /// JSON of `envoy.admin.v3.ServerInfo`.
    String serverInfo();

    String logLevel();

    /// False if there is no such level.
    boolean logLevel(String level);

    /// Opens the files of access logs anew.
    void reopenLogs();

    /// Takes no new connections.
    ///
    /// @param graceful after a while in which clients are asked to go
    /// @param inboundOnly of inbound listeners alone
    /// @param close whether listeners are closed at all, or only drained
    void drain(boolean graceful, boolean inboundOnly, boolean close);

    /// Whether to say that it is not ready, and to ask clients to go.
    void failHealth(boolean failing);

    void quit();
}
