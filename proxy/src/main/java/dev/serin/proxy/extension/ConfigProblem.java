package dev.serin.proxy.extension;

/// A part of a discovered resource that this proxy cannot do: the field and the reason. Becomes the
/// NACK of the resource that it is part of.
public final class ConfigProblem extends Exception {
    private static final long serialVersionUID = 1;
    private final String field;
    private final String reason;

    public ConfigProblem(String field, String reason) {
        super(field + ": " + reason, null, false, false);
        this.field = field;
        this.reason = reason;
    }

    /// The same problem, seen from the message that holds `outer`.
    public ConfigProblem under(String outer) {
        return new ConfigProblem(outer + "." + field, reason);
    }

    public String field() {
        return field;
    }

    public String reason() {
        return reason;
    }
}
