package dev.serin.proxy.admin;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A request for a page.
///
/// @param path without the query
/// @param query the first value of each parameter; empty for one without a value
public record Ask(String method, String path, Map<String, String> query) {
    public @Nullable String parameter(String name) {
        return query.get(name);
    }

    public boolean isPost() {
        return method.equals("POST");
    }
}
