package dev.serin.modelserver.servable;

/// One version of one model.
public record ServableId(String model, long version) {
    @Override
    public String toString() {
        return "model " + model + " version " + version;
    }
}
