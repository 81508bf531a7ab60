package dev.serin.proxy.stream;

/// How the search for the host that a request names stands.
public enum HostSearch {
    /// It may be picked now, or the cluster's hosts are not found by what requests name.
    FOUND,
    /// It is looked for.
    WAITING,
    /// Its name does not resolve.
    FAILED,
    /// Too many hosts are known already.
    TOO_MANY_HOSTS,
    /// Too many requests wait for theirs.
    TOO_MANY_WAITING
}
