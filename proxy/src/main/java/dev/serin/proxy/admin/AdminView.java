package dev.serin.proxy.admin;

import java.util.concurrent.CompletableFuture;

/// What the admin pages show and may do. Any thread.
public interface AdminView {
    /// `LIVE`, `DRAINING`, `INITIALIZING` or `PRE_INITIALIZING`.
    String state();

    /// A line for each fact, `cluster::host::fact::value`.
    CompletableFuture<String> clusters();

    /// A line for each listener, `name::address`.
    CompletableFuture<String> listeners();

    /// JSON of `envoy.admin.v3.ConfigDump`.
    CompletableFuture<String> configDump();

    /// How the connection to the control plane stands, for people.
    String discovery();

    /// JSON of `envoy.admin.v3.ServerInfo`.
    String serverInfo();

    String logLevel();

    /// False if there is no such level.
    boolean logLevel(String level);

    void drain();

    void quit();
}
