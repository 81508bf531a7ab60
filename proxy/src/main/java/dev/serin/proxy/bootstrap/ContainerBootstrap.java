package dev.serin.proxy.bootstrap;

import com.google.protobuf.Struct;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.proxy.ProxyOptions;
import dev.serin.xds.NodeId;

import io.envoyproxy.envoy.config.core.v3.Extension;
import io.envoyproxy.envoy.config.core.v3.Node;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads what the sidecar's container in a pod asks for: `proxy sidecar|router --domain …`, the
/// environment that injection sets, and the pod's labels from files.
public final class ContainerBootstrap {
    private static final String ROOT = "/var/run/secrets/istio/root-cert.pem";
    private static final String TOKEN = "/var/run/secrets/tokens/istio-token";
    private static final int CLEAR_TEXT_PORT = 15010;
    private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Za-z_][A-Za-z0-9_]*)\\)");

    private final List<String> arguments;
    private final Map<String, String> environment;
    private final ContainerFiles files;

    /// @param arguments of the container, from `proxy` on
    public ContainerBootstrap(
            List<String> arguments, Map<String, String> environment, ContainerFiles files) {
        this.arguments = arguments;
        this.environment = environment;
        this.files = files;
    }

    /// @throws ProblemException naming what is missing
    public ProxyOptions read() {
        var at = arguments.indexOf("proxy");
        var type = at >= 0 && at + 1 < arguments.size() ? arguments.get(at + 1) : "";
        if (!type.equals("sidecar") && !type.equals("router")) {
            throw new ProblemException(
                    new Problem(
                            "proxy's arguments",
                            String.join(" ", arguments),
                            "proxy sidecar, or proxy router",
                            null));
        }
        var proxyConfig =
                Documents.struct("PROXY_CONFIG", environment.getOrDefault("PROXY_CONFIG", "{}"));
        var metadata = new NodeMetadata(environment, files, proxyConfig);
        var namespace = required("POD_NAMESPACE");
        var id =
                new NodeId(
                        type,
                        required("INSTANCE_IP"),
                        required("POD_NAME"),
                        namespace,
                        option("--domain", namespace + ".svc.cluster.local"));
        var node =
                Node.newBuilder()
                        .setId(id.toString())
                        .setCluster(
                                option(
                                        "--serviceCluster",
                                        environment.getOrDefault(
                                                "ISTIO_META_WORKLOAD_NAME", "istio-proxy")))
                        .setUserAgentName("serin-proxy")
                        .addExtensions(extension("istio.stats", "stats.PluginConfig"))
                        .addExtensions(
                                extension(
                                        "envoy.filters.http.peer_metadata",
                                        "io.istio.http.peer_metadata.Config"))
                        .setMetadata(metadata.read(id));
        return new ProxyOptions(
                node.build(),
                discovery(proxyConfig),
                List.of(),
                ports(proxyConfig),
                AppProbers.read(environment, metadata.annotations(), id.ip()));
    }

    /// How many workers are asked for, by `--concurrency` or the proxy's configuration; 0 if the
    /// machine decides, as Istio reads it.
    ///
    /// @throws ProblemException if it is not a number
    public int concurrency() {
        var configured =
                Documents.struct("PROXY_CONFIG", environment.getOrDefault("PROXY_CONFIG", "{}"))
                        .getFieldsOrDefault("concurrency", NodeMetadata.NONE)
                        .getNumberValue();
        var given = option("--concurrency", Integer.toString((int) configured));
        if (!given.matches("[0-9]{1,4}")) {
            throw new ProblemException(
                    new Problem("--concurrency", "'" + given + "'", "a number of workers", null));
        }
        return Integer.parseInt(given);
    }

    private static Extension extension(String name, String type) {
        return Extension.newBuilder()
                .setName(name)
                .setCategory("envoy.filters.http")
                .addTypeUrls("type.googleapis.com/" + type)
                .build();
    }

    private Discovery discovery(Struct proxyConfig) {
        var given =
                proxyConfig
                        .getFieldsOrDefault("discoveryAddress", NodeMetadata.NONE)
                        .getStringValue();
        var server = HostPort.parse(given.isEmpty() ? "istiod.istio-system.svc:15012" : given);
        var policy = proxyConfig.getFieldsOrDefault("controlPlaneAuthPolicy", NodeMetadata.NONE);
        var clear = server.port() == CLEAR_TEXT_PORT || policy.getStringValue().equals("NONE");
        var token = files.find(TOKEN);
        return new Discovery(
                server,
                clear ? null : files.find(ROOT),
                clear && !Files.exists(token) ? null : token);
    }

    private Ports ports(Struct proxyConfig) {
        var istio = Ports.ISTIO;
        return new Ports(
                moved(istio.admin(), proxyConfig, "proxyAdminPort"),
                moved(istio.stats(), "ENVOY_PROMETHEUS_PORT"),
                moved(istio.status(), "ENVOY_STATUS_PORT"),
                moved(istio.agent(), proxyConfig, "statusPort"));
    }

    private static HostPort moved(HostPort usual, Struct proxyConfig, String field) {
        var port = proxyConfig.getFieldsMap().get(field);
        return port == null ? usual : new HostPort(usual.host(), (int) port.getNumberValue());
    }

    private HostPort moved(HostPort usual, String variable) {
        var port = environment.get(variable);
        return port == null ? usual : HostPort.parse(usual.host() + ":" + port);
    }

    private String required(String variable) {
        var value = environment.get(variable);
        if (value == null || value.isEmpty()) {
            throw new ProblemException(
                    new Problem(
                            "environment variable " + variable,
                            "not set",
                            "set by injection, from the pod's fields",
                            "for a proxy without a pod use `serin proxy --config FILE`"));
        }
        return value;
    }

    /// The value after `name` or behind `name=`, with `$(VARIABLE)` replaced as the kubelet does.
    private String option(String name, String otherwise) {
        @Nullable String found = null;
        for (var i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            if (argument.startsWith(name + "=")) {
                found = argument.substring(name.length() + 1);
            } else if (argument.equals(name) && i + 1 < arguments.size()) {
                found = arguments.get(i + 1);
            }
        }
        if (found == null) {
            return otherwise;
        }
        return REFERENCE
                .matcher(found)
                .replaceAll(m ->
                        Matcher.quoteReplacement(environment.getOrDefault(m.group(1), m.group())));
    }
}
