package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How one of the destination's hosts is chosen.
///
/// @param algorithm what `simple` names; ignored where there is a consistent hash
public record LoadBalancer(
        Algorithm algorithm,
        @Nullable ConsistentHash consistentHash,
        @Nullable Locality locality,
        @Nullable ZoneAware zoneAware,
        @Nullable Warmup warmup) {
    /// Istio's `simple`; UNSPECIFIED and the old LEAST_CONN read as LEAST_REQUEST.
    public enum Algorithm {
        LEAST_REQUEST,
        ROUND_ROBIN,
        RANDOM,
        PASSTHROUGH;

        private static Algorithm from(Cursor balancer) {
            return switch (balancer.string("simple")) {
                case "", "UNSPECIFIED", "LEAST_CONN" -> LEAST_REQUEST;
                default -> balancer.word("simple", Algorithm.class, LEAST_REQUEST);
            };
        }
    }

    /// The same key goes to the same host.
    public record ConsistentHash(HashKey key, HashTable table) {
        static ConsistentHash from(Cursor hash) {
            return new ConsistentHash(HashKey.from(hash), HashTable.from(hash));
        }
    }

    /// What is hashed.
    public sealed interface HashKey {
        record Header(String name) implements HashKey {}

        /// @param ttl null: a cookie that is there is used, none is made; zero: a session cookie
        record Cookie(
                String name, String path, @Nullable Duration ttl, Map<String, String> attributes)
                implements HashKey {}

        record SourceIp() implements HashKey {}

        record QueryParameter(String name) implements HashKey {}

        private static HashKey from(Cursor hash) {
            if (hash.has("httpHeaderName")) {
                return new Header(hash.string("httpHeaderName"));
            }
            if (hash.has("httpQueryParameterName")) {
                return new QueryParameter(hash.string("httpQueryParameterName"));
            }
            if (!hash.has("httpCookie")) {
                return new SourceIp();
            }
            var cookie = hash.at("httpCookie");
            var attributes = new LinkedHashMap<String, String>();
            cookie.list("attributes", a -> Map.entry(a.string("name"), a.string("value")))
                    .forEach(a -> attributes.put(a.getKey(), a.getValue()));
            return new Cookie(
                    cookie.string("name"),
                    cookie.string("path"),
                    cookie.duration("ttl"),
                    Map.copyOf(attributes));
        }
    }

    /// How hosts are laid out for the hash.
    public sealed interface HashTable {
        record Ring(long minimumSize) implements HashTable {}

        record Maglev(long tableSize) implements HashTable {}

        private static HashTable from(Cursor hash) {
            if (hash.has("maglev")) {
                var size = hash.at("maglev").longInteger("tableSize");
                return new Maglev(size == null ? 65_537 : size);
            }
            var size = hash.at("ringHash").longInteger("minimumRingSize");
            var old = hash.longInteger("minimumRingSize");
            return new Ring(size != null ? size : old != null ? old : 1024);
        }
    }

    /// Which places of the world are asked first.
    ///
    /// @param enabled null: as the mesh has it
    public record Locality(
            @Nullable Boolean enabled,
            List<Distribute> distribute,
            List<Failover> failover,
            List<String> failoverPriority) {
        static Locality from(Cursor setting) {
            return new Locality(
                    setting.bool("enabled"),
                    setting.list("distribute", Distribute::from),
                    setting.list("failover", Failover::from),
                    setting.strings("failoverPriority"));
        }
    }

    /// Shares for traffic from `from`, in percent by place.
    public record Distribute(String from, Map<String, Integer> to) {
        static Distribute from(Cursor distribute) {
            return new Distribute(distribute.string("from"), distribute.map("to", Cursor::asInt));
        }
    }

    /// The region that takes over.
    public record Failover(String from, String to) {
        static Failover from(Cursor failover) {
            return new Failover(failover.string("from"), failover.string("to"));
        }
    }

    /// Keeps traffic in the caller's zone as far as the zone can take it.
    public record ZoneAware(
            @Nullable Boolean enabled,
            List<Failover> failover,
            List<String> failoverPriority,
            int minClusterSize) {
        static ZoneAware from(Cursor setting) {
            return new ZoneAware(
                    setting.bool("enabled"),
                    setting.list("failover", Failover::from),
                    setting.strings("failoverPriority"),
                    setting.integer("minClusterSize", 6));
        }
    }

    /// How a new host is given its share slowly.
    public record Warmup(Duration duration, double minimumPercent, double aggression) {
        static Warmup from(Cursor warmup) {
            var duration = warmup.duration("duration");
            var percent = warmup.number("minimumPercent");
            var aggression = warmup.number("aggression");
            return new Warmup(
                    duration == null ? Duration.ZERO : duration,
                    percent == null ? 10 : percent,
                    aggression == null ? 1 : aggression);
        }
    }

    /// Whether places are given shares.
    public boolean hasShares() {
        return locality != null
                && !locality.distribute.isEmpty()
                && !Boolean.FALSE.equals(locality.enabled);
    }

    static LoadBalancer from(Cursor balancer) {
        var warmup = balancer.optional("warmup", Warmup::from);
        var old = balancer.duration("warmupDurationSecs");
        return new LoadBalancer(
                Algorithm.from(balancer),
                balancer.optional("consistentHash", ConsistentHash::from),
                balancer.optional("localityLbSetting", Locality::from),
                balancer.optional("zoneAwareLbSetting", ZoneAware::from),
                warmup == null && old != null ? new Warmup(old, 10, 1) : warmup);
    }
}
