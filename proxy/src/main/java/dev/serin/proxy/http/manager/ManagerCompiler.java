package dev.serin.proxy.http.manager;

import com.google.protobuf.util.Durations;

import dev.serin.base.chance.Draws;
import dev.serin.base.net.Cidr;
import dev.serin.proxy.extension.Aggregated;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.extension.LogCompiler;
import dev.serin.proxy.extension.ProxyName;
import dev.serin.proxy.http.codec.h2.Http2Compiler;
import dev.serin.proxy.http.codec.h2.Http2Limits;
import dev.serin.proxy.http.manager.HttpManager.Codec;
import dev.serin.proxy.http.manager.HttpManager.Edge;
import dev.serin.proxy.http.manager.HttpManager.ServerHeader;
import dev.serin.proxy.http.router.RouterConfig;
import dev.serin.proxy.route.RouteCompiler;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.tracing.Tracing;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Compiles Envoy's HttpConnectionManager. Pure.
public final class ManagerCompiler {
    private static final String ROUTER = "envoy.extensions.filters.http.router.v3.Router";

    private ManagerCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static HttpManager compile(
            HttpConnectionManager config, Extensions extensions, Draws draws) throws ConfigProblem {
        RouteTable inline = null;
        String rdsName = null;
        switch (config.getRouteSpecifierCase()) {
            case RDS -> {
                Aggregated.check("rds.config_source", config.getRds().getConfigSource());
                rdsName = config.getRds().getRouteConfigName();
            }
            case ROUTE_CONFIG ->
                    inline = RouteCompiler.compile(config.getRouteConfig(), extensions, draws);
            case SCOPED_ROUTES, ROUTESPECIFIER_NOT_SET ->
                    throw new ConfigProblem(
                            "route_specifier",
                            config.getRouteSpecifierCase() + " is not supported");
        }
        if (config.getStripAnyHostPort() && config.getStripMatchingHostPort()) {
            throw new ConfigProblem(
                    "strip_port_mode",
                    "only one of strip_any_host_port and" + " strip_matching_host_port may be set");
        }
        return new HttpManager(
                config.getStatPrefix(),
                rdsName,
                inline,
                chain(config, config.getHttpFiltersList(), extensions),
                ofUpgrades(config, extensions),
                LogCompiler.compile(config.getAccessLogList(), extensions),
                edge(config, extensions.proxy()),
                codec(config),
                Http1Compiler.limits(config),
                http2(config),
                config.hasStreamIdleTimeout()
                        ? Durations.toMillis(config.getStreamIdleTimeout())
                        : 300_000,
                Durations.toMillis(config.getRequestTimeout()),
                Durations.toMillis(config.getCommonHttpProtocolOptions().getMaxStreamDuration()),
                upgrades(config),
                config.hasLocalReplyConfig()
                        ? LocalReplyCompiler.compile(config.getLocalReplyConfig())
                        : LocalReplies.PLAIN,
                config.hasTracing() ? Tracing.of(config, extensions.spans(), draws) : null);
    }

    private static Map<String, HttpManager.Chain> ofUpgrades(
            HttpConnectionManager config, Extensions extensions) throws ConfigProblem {
        var chains = new HashMap<String, HttpManager.Chain>();
        var types = new HashSet<String>();
        for (var upgrade : config.getUpgradeConfigsList()) {
            if (!types.add(upgrade.getUpgradeType().toLowerCase(Locale.ROOT))) {
                throw new ConfigProblem(
                        "upgrade_configs", "'" + upgrade.getUpgradeType() + "' stands there twice");
            }
            if (upgrade.getFiltersCount() > 0) {
                try {
                    chains.put(
                            upgrade.getUpgradeType().toLowerCase(Locale.ROOT),
                            chain(config, upgrade.getFiltersList(), extensions));
                } catch (ConfigProblem e) {
                    throw e.under("upgrade_configs['" + upgrade.getUpgradeType() + "']");
                }
            }
        }
        return Map.copyOf(chains);
    }

    private static HttpManager.Chain chain(
            HttpConnectionManager manager, List<HttpFilter> configs, Extensions extensions)
            throws ConfigProblem {
        var filters = new ArrayList<HttpManager.Filter>();
        for (var i = 0; i < configs.size(); i++) {
            var filter = configs.get(i);
            var last = i == configs.size() - 1;
            var config = ExtensionConfig.of(filter.getName(), filter.getTypedConfig());
            if (last != config.type().equals(ROUTER)) {
                throw new ConfigProblem(
                        "http_filters",
                        "the router must be the last filter, and '"
                                + configs.getLast().getName()
                                + "' is");
            }
            if (last && filter.getDisabled()) {
                throw new ConfigProblem("http_filters", "the router, the last, cannot be disabled");
            }
            var compiled = last ? null : filter(filter, config, extensions);
            if (compiled != null) {
                filters.add(compiled);
            }
        }
        if (configs.isEmpty()) {
            throw new ConfigProblem("http_filters", "is empty (the last must be the router)");
        }
        return HttpManager.Chain.of(filters, router(manager, configs.getLast()));
    }

    private static RouterConfig router(HttpConnectionManager manager, HttpFilter last)
            throws ConfigProblem {
        return RouterConfig.of(
                ExtensionConfig.of(last.getName(), last.getTypedConfig()),
                manager.getSchemeHeaderTransformation().getMatchUpstream());
    }

    private static HttpManager.@Nullable Filter filter(
            HttpFilter filter, ExtensionConfig config, Extensions extensions) throws ConfigProblem {
        var field = "http_filters['" + filter.getName() + "']";
        if (filter.hasConfigDiscovery()) {
            throw new ConfigProblem(field, "config_discovery is not supported");
        }
        if (filter.getIsOptional() && !extensions.knowsHttp(filter.getTypedConfig())) {
            return null;
        }
        try {
            return new HttpManager.Filter(
                    filter.getName(),
                    extensions.httpFilter(config).compile(config),
                    filter.getDisabled());
        } catch (ConfigProblem e) {
            throw e.under(field);
        }
    }

    private static Edge edge(HttpConnectionManager config, ProxyName proxy) throws ConfigProblem {
        var server =
                switch (config.getServerHeaderTransformation()) {
                    case OVERWRITE -> ServerHeader.OVERWRITE;
                    case APPEND_IF_ABSENT -> ServerHeader.APPEND_IF_ABSENT;
                    case PASS_THROUGH -> ServerHeader.PASS_THROUGH;
                    case UNRECOGNIZED ->
                            throw new ConfigProblem(
                                    "server_header_transformation", "unknown value");
                };
        var scheme = config.getSchemeHeaderTransformation().getSchemeToOverwrite();
        if (!Set.of("", "http", "https").contains(scheme)) {
            throw new ConfigProblem(
                    "scheme_header_transformation.scheme_to_overwrite",
                    "'" + scheme + "' is neither http nor https");
        }
        return new Edge(
                config.getServerName().isEmpty() ? "envoy" : config.getServerName(),
                server,
                config.getUseRemoteAddress().getValue(),
                config.getXffNumTrustedHops(),
                config.getSkipXffAppend(),
                !config.hasGenerateRequestId() || config.getGenerateRequestId().getValue(),
                config.getPreserveExternalRequestId(),
                Http1Compiler.form(config),
                config.getAlwaysSetRequestIdInResponse(),
                config.getVia().isEmpty() ? null : config.getVia(),
                config.getAddUserAgent().getValue() ? proxy : null,
                cidrs(
                        "internal_address_config.cidr_ranges",
                        config.getInternalAddressConfig().getCidrRangesList()),
                ClientCertificate.Told.of(config),
                scheme.isEmpty() ? null : scheme,
                config.getAppendXForwardedPort(),
                ClientOrigins.of(config));
    }

    static List<Cidr> cidrs(String field, List<CidrRange> ranges) throws ConfigProblem {
        var cidrs = new ArrayList<Cidr>();
        for (var range : ranges) {
            try {
                cidrs.add(
                        Cidr.of(
                                InetAddress.ofLiteral(range.getAddressPrefix()),
                                range.getPrefixLen().getValue()));
            } catch (IllegalArgumentException e) {
                throw new ConfigProblem(
                        field, "'" + range.getAddressPrefix() + "' is not an IP address");
            }
        }
        return List.copyOf(cidrs);
    }

    private static Codec codec(HttpConnectionManager config) throws ConfigProblem {
        return switch (config.getCodecType()) {
            case AUTO -> Codec.AUTO;
            case HTTP1 -> Codec.HTTP1;
            case HTTP2 -> Codec.HTTP2;
            case HTTP3, UNRECOGNIZED ->
                    throw new ConfigProblem(
                            "codec_type", config.getCodecType() + " is not supported");
        };
    }

    private static Http2Limits http2(HttpConnectionManager config) throws ConfigProblem {
        var own = config.getHttp2ProtocolOptions();
        try {
            var limits = Http2Compiler.compile(own);
            var errors =
                    own.hasOverrideStreamErrorOnInvalidHttpMessage()
                                    || !config.hasStreamErrorOnInvalidHttpMessage()
                            ? limits.lenient()
                            : config.getStreamErrorOnInvalidHttpMessage().getValue();
            return limits.forClients(Http1Compiler.limits(config), errors);
        } catch (ConfigProblem e) {
            throw e.under("http2_protocol_options");
        }
    }

    private static Set<String> upgrades(HttpConnectionManager config) {
        return config.getUpgradeConfigsList().stream()
                .filter(u -> !u.hasEnabled() || u.getEnabled().getValue())
                .map(u -> u.getUpgradeType().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
