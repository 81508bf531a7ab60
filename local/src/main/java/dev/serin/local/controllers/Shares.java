package dev.serin.local.controllers;

import tools.jackson.databind.JsonNode;

/// A number of pods, or a share of them: `2` or `25%`.
public final class Shares {
    private Shares() {}

    /// @param up whether a part of a pod counts as one
    /// @param absent where nothing is written
    public static int of(JsonNode share, int all, boolean up, int absent) {
        var text = share.asString("");
        if (share.isString() && text.endsWith("%")) {
            var exact = all * Double.parseDouble(text.substring(0, text.length() - 1)) / 100;
            return (int) (up ? Math.ceil(exact) : Math.floor(exact));
        }
        return share.isNumber() ? share.asInt(absent) : absent;
    }
}
