package dev.serin.proxy.format;

import dev.serin.proxy.stream.Slot;

/// The text of a reply that the proxy makes itself, for `%LOCAL_REPLY_BODY%`.
public record LocalBody(String text) {
    public static final Slot<LocalBody> SLOT = new Slot<>(LocalBody.class, "local-body");
}
