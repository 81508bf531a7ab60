package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;

import io.envoyproxy.envoy.config.route.v3.RouteAction.UpgradeConfig;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a route says of requests that want to turn their stream into a tunnel. As Envoy's
/// RouteAction.upgrade_configs.
///
/// @param allowed by protocol in lower case; what is not named is the connection manager's to say
/// @param terminates whether a CONNECT ends here, and its body goes to the host as plain TCP
public record Upgrades(Map<String, Boolean> allowed, boolean terminates) {
    public static final Upgrades NONE = new Upgrades(Map.of(), false);

    private static final String CONNECT = "connect";

    static Upgrades of(List<UpgradeConfig> configs) throws ConfigProblem {
        if (configs.isEmpty()) {
            return NONE;
        }
        var allowed = new HashMap<String, Boolean>();
        var terminates = false;
        for (var config : configs) {
            var type = config.getUpgradeType().toLowerCase(Locale.ROOT);
            var enabled = !config.hasEnabled() || config.getEnabled().getValue();
            if (allowed.put(type, enabled) != null) {
                throw new ConfigProblem("upgrade_configs", "'" + type + "' twice");
            }
            if (config.hasConnectConfig()) {
                if (!type.equals(CONNECT)) {
                    throw new ConfigProblem("upgrade_configs", "connect_config of '" + type + "'");
                }
                terminates = true;
            }
        }
        return new Upgrades(Map.copyOf(allowed), terminates);
    }

    /// What the request wants to become, in lower case; null if it is only a request.
    public static @Nullable String wanted(RequestHead request) {
        var upgrade = request.headers().get("upgrade");
        if (upgrade != null) {
            return upgrade.toLowerCase(Locale.ROOT);
        }
        return request.method().equals("CONNECT") ? CONNECT : null;
    }

    /// Whether the body of this request goes to the host as plain TCP.
    public boolean ends(RequestHead request) {
        return terminates && request.method().equals("CONNECT");
    }
}
