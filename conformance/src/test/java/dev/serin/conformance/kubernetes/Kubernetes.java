package dev.serin.conformance.kubernetes;

/// A Kubernetes API that the suite is run against.
public interface Kubernetes extends AutoCloseable {
    /// The admin's, of every API here.
    String TOKEN = "conformance";

    /// As failures call it.
    String name();

    String url();

    String rootPem();

    @Override
    void close();
}
