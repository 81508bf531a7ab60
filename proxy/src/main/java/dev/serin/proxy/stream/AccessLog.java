package dev.serin.proxy.stream;

/// One configured access log: writes a line for each stream, and for each connection of a TCP
/// proxy.
public interface AccessLog extends StreamObserver, ConnectionObserver {}
