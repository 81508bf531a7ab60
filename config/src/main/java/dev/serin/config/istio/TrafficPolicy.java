package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// How to speak to a destination; null parts are inherited.
public record TrafficPolicy(
        @Nullable LoadBalancer loadBalancer,
        @Nullable ConnectionPool connectionPool,
        @Nullable OutlierDetection outlierDetection,
        @Nullable ClientTls tls,
        List<PortPolicy> portLevelSettings,
        @Nullable Tunnel tunnel,
        @Nullable ProxyProtocol proxyProtocol,
        @Nullable RetryBudget retryBudget) {
    /// The policy of one port: it replaces the four parts of the parent, null ones included.
    public record PortPolicy(
            int port,
            @Nullable LoadBalancer loadBalancer,
            @Nullable ConnectionPool connectionPool,
            @Nullable OutlierDetection outlierDetection,
            @Nullable ClientTls tls) {
        static PortPolicy from(Cursor policy) {
            return new PortPolicy(
                    policy.at("port").integer("number", 0),
                    policy.optional("loadBalancer", LoadBalancer::from),
                    policy.optional("connectionPool", ConnectionPool::from),
                    policy.optional("outlierDetection", OutlierDetection::from),
                    policy.optional("tls", ClientTls::from));
        }
    }

    /// Sends the bytes through an HTTP proxy.
    ///
    /// @param protocol CONNECT or POST
    public record Tunnel(String protocol, String targetHost, int targetPort) {
        static Tunnel from(Cursor tunnel) {
            return new Tunnel(
                    tunnel.string("protocol", "CONNECT"),
                    tunnel.string("targetHost"),
                    tunnel.integer("targetPort", 0));
        }
    }

    /// The version of the PROXY protocol's header that is sent first.
    public enum ProxyProtocol {
        V1,
        V2
    }

    /// How many retries may be under way.
    ///
    /// @param percent of the active requests
    /// @param interval over which requests are counted, null: those active now
    public record RetryBudget(
            double percent, int minRetryConcurrency, @Nullable Duration interval) {
        static RetryBudget from(Cursor budget) {
            // The percentage is a plain number in newer files and {value: …} in older ones.
            var percent = budget.at("percent");
            var value =
                    percent.node().isObject()
                            ? percent.number("value")
                            : percent.exists() ? Double.valueOf(percent.asDouble()) : null;
            return new RetryBudget(
                    value == null ? 20 : value,
                    budget.integer("minRetryConcurrency", 3),
                    budget.duration("budgetInterval"));
        }
    }

    static TrafficPolicy from(Cursor policy) {
        var proxy = policy.at("proxyProtocol");
        return new TrafficPolicy(
                policy.optional("loadBalancer", LoadBalancer::from),
                policy.optional("connectionPool", ConnectionPool::from),
                policy.optional("outlierDetection", OutlierDetection::from),
                policy.optional("tls", ClientTls::from),
                policy.list("portLevelSettings", PortPolicy::from),
                policy.optional("tunnel", Tunnel::from),
                proxy.exists()
                        ? proxy.word("version", ProxyProtocol.class, ProxyProtocol.V1)
                        : null,
                policy.optional("retryBudget", RetryBudget::from));
    }
}
