package dev.serin.proxy.stream;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Why a stream or connection did not go its normal way, with the short name that logs and metrics
/// show. As Envoy's response flags; the order of declaration is that of its bits, which expressions
/// see.
public enum ResponseFlag {
    FAILED_LOCAL_HEALTH_CHECK("LH"),
    NO_HEALTHY_UPSTREAM("UH"),
    UPSTREAM_REQUEST_TIMEOUT("UT"),
    LOCAL_RESET("LR"),
    UPSTREAM_REMOTE_RESET("UR"),
    UPSTREAM_CONNECTION_FAILURE("UF"),
    UPSTREAM_CONNECTION_TERMINATION("UC"),
    UPSTREAM_OVERFLOW("UO"),
    NO_ROUTE_FOUND("NR"),
    DELAY_INJECTED("DI"),
    FAULT_INJECTED("FI"),
    RATE_LIMITED("RL"),
    UNAUTHORIZED_EXTERNAL_SERVICE("UAEX"),
    RATELIMIT_SERVICE_ERROR("RLSE"),
    DOWNSTREAM_CONNECTION_TERMINATION("DC"),
    UPSTREAM_RETRY_LIMIT_EXCEEDED("URX"),
    STREAM_IDLE_TIMEOUT("SI"),
    INVALID_ENVOY_REQUEST_HEADERS("IH"),
    DOWNSTREAM_PROTOCOL_ERROR("DPE"),
    UPSTREAM_MAX_STREAM_DURATION_REACHED("UMSDR"),
    RESPONSE_FROM_CACHE_FILTER("RFCF"),
    NO_FILTER_CONFIG_FOUND("NFCF"),
    DURATION_TIMEOUT("DT"),
    UPSTREAM_PROTOCOL_ERROR("UPE"),
    NO_CLUSTER_FOUND("NC"),
    OVERLOAD_MANAGER("OM"),
    DNS_FAILURE("DF"),
    DROP_OVERLOAD("DO"),
    DOWNSTREAM_REMOTE_RESET("DR"),
    UNCONDITIONAL_DROP_OVERLOAD("UDO");

    /// Those that come before any failure of a host, in the order in which they come.
    private static final Set<ResponseFlag> EARLY =
            EnumSet.of(
                    DELAY_INJECTED,
                    FAULT_INJECTED,
                    RATE_LIMITED,
                    UNAUTHORIZED_EXTERNAL_SERVICE,
                    RATELIMIT_SERVICE_ERROR,
                    UPSTREAM_OVERFLOW,
                    UPSTREAM_RETRY_LIMIT_EXCEEDED);

    private static final List<ResponseFlag> ALL = List.of(values());
    private static final List<ResponseFlag> IN_TIME = inTime();

    private final String shown;

    private static List<ResponseFlag> inTime() {
        var all = new LinkedHashSet<>(EARLY);
        all.addAll(List.of(values()));
        return List.copyOf(all);
    }

    ResponseFlag(String shown) {
        this.shown = shown;
    }

    /// The short name.
    public String shown() {
        return shown;
    }

    /// The long name, as `%RESPONSE_FLAGS_LONG%`.
    public String longName() {
        var shownLong = new StringBuilder();
        for (var word : name().split("_", -1)) {
            shownLong.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return shownLong.toString();
    }

    /// This flag's bit in a set that is kept as a long.
    @SuppressWarnings("EnumOrdinal") // never stored or sent
    public long bit() {
        return 1L << ordinal();
    }

    /// The flags of a connection as logs show them: comma-separated, `-` when there are none.
    public static String shown(long flags) {
        return shown(flags, ALL);
    }

    /// The flags of an HTTP stream as logs show them: in the order in which they come about, as
    /// Envoy keeps them. That there will be no retry is known before the failure is the stream's
    /// own; of a connection it is the other way round.
    public static String ofStream(long flags) {
        return shown(flags, IN_TIME);
    }

    private static String shown(long flags, List<ResponseFlag> order) {
        if (flags == 0) {
            return "-";
        }
        var text = new StringBuilder();
        for (var flag : order) {
            if ((flags & flag.bit()) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(flag.shown);
            }
        }
        return text.toString();
    }

    /// The flags of a set that is kept as a long.
    ///
    /// @param stream whether in the order of [#ofStream]
    public static Set<ResponseFlag> set(long flags, boolean stream) {
        var set = new LinkedHashSet<ResponseFlag>();
        for (var flag : stream ? IN_TIME : ALL) {
            if ((flags & flag.bit()) != 0) {
                set.add(flag);
            }
        }
        return set;
    }
}
