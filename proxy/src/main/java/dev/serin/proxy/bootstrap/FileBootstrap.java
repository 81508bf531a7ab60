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
import dev.serin.proxy.snapshot.ConfigUpdate;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Reads an Envoy bootstrap from a file: with all resources in it, for tests, benchmarks and people
/// who want a proxy and no mesh, or with a control plane to ask, of whichever make.
public final class FileBootstrap {
    private FileBootstrap() {}

    /// @throws ProblemException naming the file and what is wrong with it
    public static ProxyOptions read(Path file) {
        try {
            return read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            file.toString(),
                            "cannot be read: " + e.getMessage(),
                            "a file with an Envoy bootstrap in YAML or JSON",
                            null),
                    e);
        }
    }

    /// @param subject the file's name, for errors
    public static ProxyOptions read(String subject, String text) {
        var bootstrap = Documents.read(subject, text, Bootstrap.newBuilder()).build();
        var unread =
                new UnreadFields(FieldLists.own(), KnownTypes::find)
                        .in(Bootstrap.getDescriptor(), bootstrap.toByteString());
        if (!unread.isEmpty()) {
            throw new ProblemException(
                    new Problem(
                            subject,
                            unread.stream()
                                    .map(u -> u.field() + " " + u.reason())
                                    .collect(Collectors.joining("; ")),
                            "only what this proxy supports",
                            null));
        }
        var local = bootstrap.getClusterManager().getLocalClusterName();
        var resources = bootstrap.getStaticResources();
        var clusters = resources.getClustersList().stream().map(FileBootstrap::of).toList();
        var listeners = resources.getListenersList().stream().map(FileBootstrap::of).toList();
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
                discovery(subject, bootstrap),
                List.of(
                        new ConfigUpdate(ConfigUpdate.CLUSTER, clusters, List.of()),
                        new ConfigUpdate(ConfigUpdate.LISTENER, listeners, List.of())),
                ports,
                new Application("127.0.0.1", Map.of(), null),
                local.isEmpty() ? null : local);
    }

    private static @Nullable Discovery discovery(String subject, Bootstrap bootstrap) {
        try {
            return BootstrapDiscovery.of(bootstrap);
        } catch (ConfigProblem e) {
            throw new ProblemException(
                    new Problem(
                            subject + ": " + e.field(),
                            e.reason(),
                            "a control plane that is asked by one aggregated gRPC stream",
                            null),
                    e);
        }
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
        return new ConfigUpdate.Versioned(name, "static", Any.pack(message));
    }
}
