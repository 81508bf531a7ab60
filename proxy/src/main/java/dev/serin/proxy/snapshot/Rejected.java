package dev.serin.proxy.snapshot;

/// One resource that was not taken: what goes into the NACK. The last good version of it stays in
/// use.
public record Rejected(String typeUrl, String name, String field, String reason) {
    @Override
    public String toString() {
        return typeUrl + " '" + name + "': " + field + ": " + reason;
    }
}
