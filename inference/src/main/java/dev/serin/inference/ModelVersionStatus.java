package dev.serin.inference;

/// Where one version of a model stands, as the status request tells it.
///
/// @param code and
/// @param message why it ended, OK and empty while nothing went wrong
public record ModelVersionStatus(long version, State state, StatusCode code, String message) {

    /// The life of a version, in order; a version that could not be loaded goes to END directly.
    public enum State {
        UNKNOWN,
        START,
        LOADING,
        AVAILABLE,
        UNLOADING,
        END
    }
}
