package dev.serin.proxy.bootstrap;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.proxy.ProxyOptions;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;
import dev.serin.proxy.listener.Drains;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.socket.IpLiteral;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.metrics.v3.StatsMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Reads an Envoy bootstrap from a file: with all resources in it, for tests, benchmarks and people
/// who want a proxy and no mesh, or with a control plane to ask, of whichever make.
public final class FileBootstrap {
    private FileBootstrap() {}

    /// @throws ProblemException naming the file and what is wrong with it
    public static ProxyOptions read(Path file) {
        return read(file, null, Node.getDefaultInstance());
    }

    /// @param subject the file's name, for errors
    public static ProxyOptions read(String subject, String text) {
        return read(subject, Documents.read(subject, text, Bootstrap.newBuilder()).build());
    }

    /// As Envoy's `--config-path`, `--config-yaml`, `--service-node` and its like. One of the first
    /// two is there.
    ///
    /// @param over a bootstrap in YAML that is merged over that of the file
    /// @param named what it says of the node holds before all else
    public static ProxyOptions read(@Nullable Path file, @Nullable String over, Node named) {
        var bootstrap = Bootstrap.newBuilder();
        if (file != null) {
            bootstrap.mergeFrom(parsed(file));
        }
        if (over != null) {
            bootstrap.mergeFrom(
                    Documents.read("--config-yaml", over, Bootstrap.newBuilder()).build());
        }
        bootstrap.getNodeBuilder().mergeFrom(named);
        return read(file == null ? "--config-yaml" : file.toString(), bootstrap.build());
    }

    /// By the end of its name, as Envoy: `.pb` is protobuf's octets, `.pb_text` its text, all else
    /// is YAML or JSON.
    private static Bootstrap parsed(Path file) {
        var subject = file.toString();
        try {
            if (subject.endsWith(".pb")) {
                return Bootstrap.parseFrom(Files.readAllBytes(file));
            }
            var text = Files.readString(file);
            return (subject.endsWith(".pb_text")
                            ? Documents.readText(subject, text, Bootstrap.newBuilder())
                            : Documents.read(subject, text, Bootstrap.newBuilder()))
                    .build();
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            subject,
                            "cannot be read: "
                                    + (e instanceof NoSuchFileException
                                            ? "there is no such file"
                                            : e.getMessage()),
                            "a file with an Envoy bootstrap in YAML or JSON",
                            null),
                    e);
        }
    }

    private static ProxyOptions read(String subject, Bootstrap bootstrap) {
        var unread =
                new UnreadFields(FieldLists.own(), KnownTypes::find)
                        .in(Bootstrap.getDescriptor(), bootstrap.toByteString());
        if (!unread.isEmpty()) {
            throw new ProblemException(
                    unread.stream()
                            .map(u ->
                                    new Problem(
                                            subject + ": " + u.field(),
                                            u.reason(),
                                            null,
                                            u.supported()
                                                    ? null // what is wrong says it all
                                                    : "take it out; COMPATIBILITY.md says what"
                                                            + " there is"))
                            .toList());
        }
        var local = bootstrap.getClusterManager().getLocalClusterName();
        var resources = bootstrap.getStaticResources();
        checkNames(subject, bootstrap);
        var secrets = resources.getSecretsList().stream().map(FileBootstrap::of).toList();
        var clusters = resources.getClustersList().stream().map(FileBootstrap::of).toList();
        var listeners = resources.getListenersList().stream().map(FileBootstrap::of).toList();
        var statics = new ArrayList<ConfigUpdate>();
        add(statics, ConfigUpdate.SECRET, secrets);
        add(statics, ConfigUpdate.CLUSTER, clusters);
        add(statics, ConfigUpdate.LISTENER, listeners);
        var admin = bootstrap.getAdmin().getAddress().getSocketAddress();
        var ports =
                admin.getAddress().isEmpty()
                        ? Ports.FREE
                        : Ports.FREE.withAdmin(
                                new HostPort(admin.getAddress(), admin.getPortValue()));
        var node =
                bootstrap.getNode().getId().isEmpty()
                        ? Node.newBuilder().setId("static").build()
                        : bootstrap.getNode();
        return new ProxyOptions(
                node,
                named(subject, () -> BootstrapDiscovery.of(bootstrap)),
                List.copyOf(statics),
                ports,
                new Application("127.0.0.1", Map.of(), null),
                local.isEmpty() ? null : local,
                named(subject, () -> OverloadCompiler.of(bootstrap)),
                named(subject, () -> shown(bootstrap.getStatsConfig().getStatsMatcher())),
                Drains.USUAL);
    }

    /// What makes sense only within the whole file.
    private static void checkNames(String subject, Bootstrap bootstrap) {
        var names = new HashSet<String>();
        for (var cluster : bootstrap.getStaticResources().getClustersList()) {
            if (!names.add(cluster.getName())) {
                throw wrong(
                        subject + ": static_resources.clusters",
                        "two are called '" + cluster.getName() + "'",
                        "a name of its own for each");
            }
        }
        var local = bootstrap.getClusterManager().getLocalClusterName();
        if (!local.isEmpty() && !names.contains(local)) {
            throw wrong(
                    subject + ": cluster_manager.local_cluster_name",
                    "'" + local + "' is no cluster of static_resources",
                    "one of " + names);
        }
        var admin = bootstrap.getAdmin().getAddress().getSocketAddress().getAddress();
        try {
            if (!admin.isEmpty()) {
                IpLiteral.of(admin);
            }
        } catch (IllegalArgumentException e) {
            throw wrong(
                    subject + ": admin.address.socket_address.address",
                    "'" + admin + "' is not an IP address",
                    "an IP address, for instance 127.0.0.1");
        }
    }

    private static ProblemException wrong(String subject, String found, String expected) {
        return new ProblemException(new Problem(subject, found, expected, null));
    }

    private static void add(
            List<ConfigUpdate> to, String typeUrl, List<ConfigUpdate.Versioned> resources) {
        if (!resources.isEmpty()) {
            to.add(new ConfigUpdate(typeUrl, resources, List.of()));
        }
    }

    /// Which statistics are shown, by their whole names; null for all.
    private static @Nullable Predicate<String> shown(StatsMatcher matcher) throws ConfigProblem {
        return switch (matcher.getStatsMatcherCase()) {
            case REJECT_ALL -> matcher.getRejectAll() ? _ -> false : _ -> true;
            case EXCLUSION_LIST -> any(matcher.getExclusionList()).negate();
            case INCLUSION_LIST -> any(matcher.getInclusionList());
            case STATSMATCHER_NOT_SET -> null;
        };
    }

    private static Predicate<String> any(ListStringMatcher list) throws ConfigProblem {
        var parts = new ArrayList<TextMatch>();
        for (var pattern : list.getPatternsList()) {
            parts.add(TextMatch.of(pattern));
        }
        return name -> parts.stream().anyMatch(p -> p.test(name));
    }

    /// What is compiled of a bootstrap.
    private interface Compiled<T extends @Nullable Object> {
        T get() throws ConfigProblem;
    }

    private static <T extends @Nullable Object> T named(String subject, Compiled<T> part) {
        try {
            return part.get();
        } catch (ConfigProblem e) {
            throw new ProblemException(
                    new Problem(
                            subject + ": " + e.field(),
                            e.reason(),
                            "only what this proxy supports",
                            null),
                    e);
        }
    }

    private static ConfigUpdate.Versioned of(Secret secret) {
        return versioned(secret.getName(), secret);
    }

    private static ConfigUpdate.Versioned of(Cluster cluster) {
        return versioned(cluster.getName(), cluster);
    }

    private static ConfigUpdate.Versioned of(Listener listener) {
        var address = listener.getAddress().getSocketAddress();
        var name =
                listener.getName().isEmpty()
                        ? address.getAddress() + "_" + address.getPortValue()
                        : listener.getName();
        return versioned(name, listener.toBuilder().setName(name).build());
    }

    private static ConfigUpdate.Versioned versioned(String name, Message message) {
        return new ConfigUpdate.Versioned(name, ConfigUpdate.STATIC, Any.pack(message));
    }
}
