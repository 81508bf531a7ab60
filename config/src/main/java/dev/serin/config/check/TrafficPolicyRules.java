package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.math.BigInteger;
import java.util.List;

/// What a traffic policy must keep, of a DestinationRule, a subset or a port.
final class TrafficPolicyRules {
    private TrafficPolicyRules() {}

    static void check(Place policy) {
        if (!policy.exists()) {
            return;
        }
        parts(policy);
        for (var port : policy.elements("portLevelSettings")) {
            if (!port.at("port").has("number")) {
                port.missing("port", "the port that it is for");
            }
            port.at("port").port("number");
            parts(port);
        }
        var tunnel = policy.at("tunnel");
        tunnel.word("protocol", List.of("CONNECT", "POST"));
        tunnel.port("targetPort");
        if (tunnel.has("targetHost")) {
            complain(tunnel.at("targetHost"), Names.host(tunnel.text("targetHost")));
        }
        var budget = policy.at("retryBudget");
        budget.percent("percent");
        budget.at("percent").percent("value");
        budget.notNegative("minRetryConcurrency");
        budget.durations(true, "budgetInterval");
    }

    private static void parts(Place policy) {
        loadBalancer(policy.at("loadBalancer"));
        pool(policy.at("connectionPool"));
        outliers(policy.at("outlierDetection"));
        tls(policy.at("tls"));
    }

    private static void loadBalancer(Place balancer) {
        if (balancer.count("simple", "consistentHash") > 1) {
            balancer.forbid("both simple and consistentHash", "keep one of them");
        }
        var hash = balancer.at("consistentHash");
        if (hash.exists()) {
            hash(hash);
        }
        locality(balancer.at("localityLbSetting"));
        balancer.at("zoneAwareLbSetting").notNegative("minClusterSize");
        balancer.durations(false, "warmupDurationSecs");
        var warmup = balancer.at("warmup");
        warmup.durations(false, "duration");
        warmup.percent("minimumPercent");
        if (warmup.at("aggression").node().asDouble(1) < 1) {
            warmup.at("aggression").bad("must be greater than or equal to 1");
        }
        if (balancer.count("warmup", "warmupDurationSecs") > 1) {
            balancer.forbid("both warmup and warmupDurationSecs", "keep warmup");
        }
    }

    private static void hash(Place hash) {
        var keys =
                hash.count("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName");
        if (keys != 1) {
            hash.forbid(
                    keys == 0 ? "nothing to hash" : "more than one key to hash",
                    "keep one of httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName");
        }
        if (hash.has("httpHeaderName")) {
            complain(hash.at("httpHeaderName"), Names.header(hash.text("httpHeaderName")));
        }
        if (hash.count("ringHash", "maglev") > 1) {
            hash.forbid("both ringHash and maglev", "keep one of them");
        }
        hash.at("httpCookie").durations(true, "ttl");
        // Envoy's own limits.
        hash.at("ringHash").range("minimumRingSize", 0, 8_388_608);
        hash.range("minimumRingSize", 0, 8_388_608);
        var size = hash.at("maglev").at("tableSize");
        if (size.node().isIntegralNumber()) {
            var number = size.node().longValue();
            if (number < 2
                    || number > 5_000_011
                    || !BigInteger.valueOf(number).isProbablePrime(30)) {
                size.bad("must be a prime of at most 5000011");
            }
        }
    }

    private static void locality(Place setting) {
        if (setting.count("distribute", "failover") > 1
                || setting.count("distribute", "failoverPriority") > 1) {
            setting.forbid("distribute together with failover", "keep one of them");
        }
        for (var distribute : setting.elements("distribute")) {
            long sum = 0;
            for (var share : distribute.entries("to")) {
                sum += share.node().asLong(0);
            }
            if (sum != 100) {
                distribute.at("to").bad("must add up to 100");
            }
        }
        for (var failover : setting.elements("failover")) {
            if (failover.text("from").equals(failover.text("to"))) {
                failover.bad("must lead to another region");
            }
        }
    }

    private static void pool(Place pool) {
        if (pool.exists() && pool.count("tcp", "http") == 0) {
            pool.missing("tcp", "tcp or http");
        }
        var tcp = pool.at("tcp");
        tcp.notNegative("maxConnections");
        tcp.durations(false, "connectTimeout", "maxConnectionDuration");
        tcp.durations(true, "idleTimeout");
        tcp.at("tcpKeepalive").notNegative("probes");
        tcp.at("tcpKeepalive").durations(false, "time", "interval");
        var http = pool.at("http");
        http.notNegative(
                "http1MaxPendingRequests",
                "http2MaxRequests",
                "maxRequestsPerConnection",
                "maxRetries",
                "maxConcurrentStreams");
        http.durations(true, "idleTimeout");
        http.at("http2KeepAlive").durations(false, "interval", "timeout");
        if (http.text("h2UpgradePolicy").equals("UPGRADE")
                && http.at("useClientProtocol").node().asBoolean(false)) {
            http.forbid(
                    "h2UpgradePolicy UPGRADE together with useClientProtocol", "keep one of them");
        }
    }

    private static void outliers(Place outlier) {
        outlier.notNegative(
                "consecutiveErrors",
                "consecutiveGatewayErrors",
                "consecutive5xxErrors",
                "consecutiveLocalOriginFailures");
        outlier.durations(false, "interval", "baseEjectionTime");
        outlier.percent("maxEjectionPercent");
        outlier.percent("minHealthPercent");
        outlier.each(
                "outlierDetectionHttpErrorCodes",
                c -> {
                    if (c.node().asInt(0) < 100 || c.node().asInt(0) > 599) {
                        c.bad("must be between 100 and 599, inclusive");
                    }
                });
        if (outlier.has("consecutiveLocalOriginFailures")
                && !outlier.at("splitExternalLocalOriginErrors").node().asBoolean(false)) {
            outlier.at("consecutiveLocalOriginFailures")
                    .forbid(
                            "it counts only with splitExternalLocalOriginErrors",
                            "add splitExternalLocalOriginErrors: true");
        }
    }

    private static void tls(Place tls) {
        if (!tls.exists()) {
            return;
        }
        var credential = tls.has("credentialName");
        var files = tls.count("clientCertificate", "privateKey", "caCertificates");
        if (credential && files > 0) {
            tls.forbid("both credentialName and paths of files", "keep one of them");
        }
        switch (tls.text("mode")) {
            case "MUTUAL" -> {
                if (!credential && !tls.has("clientCertificate")) {
                    tls.missing("clientCertificate", "the caller's certificate, for MUTUAL");
                }
                if (!credential && !tls.has("privateKey")) {
                    tls.missing("privateKey", "the caller's key, for MUTUAL");
                }
            }
            case "ISTIO_MUTUAL" -> {
                if (credential || files > 0) {
                    tls.forbid(
                            "certificates with ISTIO_MUTUAL, which has the mesh's own",
                            "take them out, or write MUTUAL");
                }
            }
            default -> {}
        }
    }
}
