package dev.serin.proxy.upstream;

/// Is told what happens in one cluster, for its metrics. Any thread, often the request's path, so
/// it must neither block nor throw.
@FunctionalInterface
public interface ClusterObserver {
    /// Hears nothing.
    ClusterObserver NONE = (_, _) -> {};

    /// @param times how often it happened
    void count(ClusterEvent event, long times);

    default void count(ClusterEvent event) {
        count(event, 1);
    }

    /// A request for the cluster is answered, by a host or for want of one.
    default void answered(int status) {}

    /// Makes the observer of a cluster when the cluster is made.
    @FunctionalInterface
    interface Source {
        /// @param statName what the cluster is called in metrics
        ClusterObserver of(String statName);

        /// Something happened that belongs to no cluster.
        ///
        /// @param name the whole name of the statistic
        default void counted(String name) {}
    }
}
