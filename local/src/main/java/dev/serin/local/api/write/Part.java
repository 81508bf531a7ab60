package dev.serin.local.api.write;

/// Which part of a resource a write is about; the rest stays as it is.
public enum Part {
    /// All but the status, where the kind has a status of its own.
    MAIN(""),
    STATUS("status"),
    SCALE("scale"),
    /// A namespace's spec.finalizers.
    FINALIZE("finalize");

    private final String subresource;

    Part(String subresource) {
        this.subresource = subresource;
    }

    /// As in the URL; empty for the resource itself.
    public String subresource() {
        return subresource;
    }
}
