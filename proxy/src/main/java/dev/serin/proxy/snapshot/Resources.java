package dev.serin.proxy.snapshot;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;
import dev.serin.proxy.listener.ListenerCompiler;
import dev.serin.proxy.listener.ListenerConfig;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.route.RouteCompiler;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.snapshot.ConfigUpdate.Versioned;
import dev.serin.proxy.tls.secret.Secret;
import dev.serin.proxy.tls.secret.SecretName;
import dev.serin.proxy.upstream.Assignment;
import dev.serin.proxy.upstream.ClusterCompiler;
import dev.serin.proxy.upstream.ClusterConfig;
import dev.serin.proxy.upstream.compile.EndpointCompiler;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The desired resources: the last good version of each, compiled. Owner thread only.
final class Resources {
    /// A resource that compiled.
    record Good<T>(String version, Any message, T compiled) {}

    private final Extensions extensions;
    private final Draws draws;
    private final UnreadFields unreadFields = new UnreadFields(FieldLists.own(), KnownTypes::find);

    /// Filter chains by the name of their listener and their message.
    private final Map<String, Map<FilterChain, Chain>> chains = new HashMap<>();

    /// Whether it is known yet which clusters there are.
    private boolean clustersCame;

    final Map<String, Good<ListenerConfig>> listeners = new LinkedHashMap<>();
    final Map<String, Good<RouteTable>> routes = new LinkedHashMap<>();
    final Map<String, Good<ClusterConfig>> clusters = new LinkedHashMap<>();
    final Map<String, Good<Assignment>> endpoints = new LinkedHashMap<>();
    final Map<String, Good<Secret>> secrets = new LinkedHashMap<>();

    Resources(Extensions extensions, Draws draws) {
        this.extensions = extensions;
        this.draws = draws;
    }

    /// Takes what compiles, and answers what does not; of that the last good version stays.
    List<Rejected> update(ConfigUpdate update) {
        clustersCame |= update.typeUrl().equals(ConfigUpdate.CLUSTER) && !update.isStatic();
        return switch (update.typeUrl()) {
            case ConfigUpdate.LISTENER -> {
                update.removed().forEach(chains::remove);
                yield take(
                        update,
                        Listener.getDescriptor(),
                        listeners,
                        any -> listener(parse(any, Listener.parser()), update.isStatic()));
            }
            case ConfigUpdate.ROUTE ->
                    take(
                            update,
                            RouteConfiguration.getDescriptor(),
                            routes,
                            any -> routes(parse(any, RouteConfiguration.parser())));
            case ConfigUpdate.CLUSTER ->
                    take(
                            update,
                            Cluster.getDescriptor(),
                            clusters,
                            any -> cluster(parse(any, Cluster.parser())));
            case ConfigUpdate.ENDPOINT ->
                    take(
                            update,
                            ClusterLoadAssignment.getDescriptor(),
                            endpoints,
                            any -> endpoints(parse(any, ClusterLoadAssignment.parser())));
            case ConfigUpdate.SECRET -> secrets(update);
            default ->
                    update.changed().stream()
                            .map(r ->
                                    new Rejected(
                                            update.typeUrl(),
                                            r.name(),
                                            "type_url",
                                            "this proxy does not take resources of this type"))
                            .toList();
        };
    }

    private List<Rejected> secrets(ConfigUpdate update) {
        return take(
                update,
                io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.getDescriptor(),
                secrets,
                any ->
                        extensions
                                .transports()
                                .needs()
                                .secrets()
                                .compile(
                                        parse(
                                                any,
                                                io.envoyproxy.envoy.extensions.transport_sockets.tls
                                                        .v3.Secret.parser())));
    }

    private static Assignment endpoints(ClusterLoadAssignment message) throws ConfigProblem {
        return EndpointCompiler.compile(message, false);
    }

    private ClusterConfig cluster(Cluster message) throws ConfigProblem {
        var config = ClusterCompiler.compile(message, extensions);
        for (var name : config.transports().secrets().toList()) {
            demand(name, "transport_socket");
        }
        return config;
    }

    /// What a bootstrap or a file has is there when it is named, or it never will be.
    private void demand(SecretName name, String field) throws ConfigProblem {
        if (name.origin() == SecretName.Origin.STATIC && !secrets.containsKey(name.name())) {
            throw new ConfigProblem(
                    field,
                    "names the secret '"
                            + name.name()
                            + "', which static_resources.secrets has not; one that is discovered"
                            + " needs an sds_config");
        }
        if (name.origin() == SecretName.Origin.FILE
                && !Files.exists(extensions.transports().needs().files().apply(name.file()))) {
            throw new ConfigProblem(
                    field, "names the file " + name.file() + ", which is not there");
        }
    }

    private RouteTable routes(RouteConfiguration message) throws ConfigProblem {
        var table = RouteCompiler.compile(message, extensions, draws);
        demand(table.demanded(false), "virtual_hosts");
        return table;
    }

    /// Routes to what nobody has declared are a mistake of whoever wrote both.
    private void demand(Set<String> demanded, String field) throws ConfigProblem {
        for (var name : demanded) {
            if (!clusters.containsKey(name)) {
                throw new ConfigProblem(
                        field,
                        "a route names the cluster '"
                                + name
                                + "', which there is not: declare it, or set validate_clusters to"
                                + " false");
            }
        }
    }

    /// A chain whose message is the same as before stays the same object.
    ///
    /// @param isStatic beside clusters that came before it
    private ListenerConfig listener(Listener message, boolean isStatic) throws ConfigProblem {
        var known = new HashMap<>(chains.getOrDefault(message.getName(), Map.of()));
        var config = new ListenerCompiler(extensions, draws, known).compile(message);
        for (var other : listeners.entrySet()) {
            for (var address : config.addresses()) {
                if (address.getPort() != 0
                        && !other.getKey().equals(message.getName())
                        && other.getValue().compiled().addresses().contains(address)) {
                    throw new ConfigProblem(
                            "address",
                            address + " is that of the listener '" + other.getKey() + "' already");
                }
            }
        }
        for (var chain : config.all()) {
            if (chain.tls() != null) {
                for (var name : chain.tls().config().names()) {
                    demand(name, "filter_chains['" + chain.name() + "'].transport_socket");
                }
            }
        }
        if (isStatic || clustersCame) {
            for (var chain : config.all()) {
                if (chain.target() instanceof ListenerConfig.Http http
                        && http.manager().inline() != null) {
                    demand(
                            http.manager().inline().demanded(true),
                            "filter_chains['" + chain.name() + "'].route_config");
                }
            }
        }
        known.values().retainAll(config.all());
        chains.put(message.getName(), known);
        return config;
    }

    /// Reads and compiles one resource.
    private interface Compile<T> {
        T of(Any message) throws ConfigProblem;
    }

    private <T> List<Rejected> take(
            ConfigUpdate update, Descriptor type, Map<String, Good<T>> into, Compile<T> compile) {
        var rejected = new ArrayList<Rejected>();
        update.removed().forEach(into::remove);
        for (Versioned resource : update.changed()) {
            var before = into.get(resource.name());
            if (before != null && before.message().equals(resource.resource())) {
                into.put(
                        resource.name(),
                        new Good<>(resource.version(), resource.resource(), before.compiled()));
                continue;
            }
            // what nobody would read is found first, all of it; a compiler stops at its first
            // problem
            var unread = unreadFields.in(type, resource.resource().getValue());
            if (!unread.isEmpty()) {
                unread.forEach(u ->
                        rejected.add(
                                new Rejected(
                                        update.typeUrl(), resource.name(), u.field(), u.reason())));
                continue;
            }
            try {
                into.put(
                        resource.name(),
                        new Good<>(
                                resource.version(),
                                resource.resource(),
                                compile.of(resource.resource())));
            } catch (ConfigProblem e) {
                rejected.add(
                        new Rejected(update.typeUrl(), resource.name(), e.field(), e.reason()));
            } catch (RuntimeException e) {
                rejected.add(
                        new Rejected(
                                update.typeUrl(), resource.name(), "resource", String.valueOf(e)));
            }
        }
        return rejected;
    }

    private static <M extends Message> M parse(Any any, Parser<M> parser) throws ConfigProblem {
        try {
            return parser.parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("resource", "does not parse: " + e.getMessage());
        }
    }
}
