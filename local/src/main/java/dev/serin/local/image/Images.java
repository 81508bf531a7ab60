package dev.serin.local.image;

/// Says what stands for a container image on this machine.
public interface Images {
    /// Never throws for an image that it does not know; may be called on any thread.
    Image resolve(String image);
}
