package dev.serin.local.api.wire;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.util.List;
import java.util.Map;

/// A request with its whole body.
///
/// @param path decoded
/// @param query every value of each parameter
/// @param body not to be changed
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Request(
        String method,
        String path,
        Map<String, List<String>> query,
        HttpHeaders headers,
        byte[] body) {

    static Request of(String method, String uri, HttpHeaders headers, byte[] body) {
        var decoder = new QueryStringDecoder(uri);
        return new Request(method, decoder.path(), decoder.parameters(), headers, body);
    }

    /// A header, empty if it is not there.
    public String header(String name) {
        var value = headers.get(name);
        return value == null ? "" : value;
    }

    /// The first value of a query parameter, empty if it is not there.
    public String parameter(String name) {
        var values = query.get(name);
        return values == null || values.isEmpty() ? "" : values.getFirst();
    }

    public List<String> parameters(String name) {
        return query.getOrDefault(name, List.of());
    }

    public boolean isTrue(String name) {
        var value = parameter(name);
        return value.equals("true") || value.equals("1");
    }

    public boolean wantsWebSocket() {
        return header("upgrade").equalsIgnoreCase("websocket");
    }
}
