package dev.serin.local.controllers.scale;

/// What an autoscaler is to go by can't be told; the message says why.
public final class UnknownMetricException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String why;

    public UnknownMetricException(String why) {
        super(why);
        this.why = why;
    }

    /// The message, which is always there.
    public String why() {
        return why;
    }
}
