package dev.serin.local.api;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.schema.Schemas;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.access.Access;
import dev.serin.local.api.access.Aggregation;
import dev.serin.local.api.admission.Webhooks;
import dev.serin.local.api.collect.Collector;
import dev.serin.local.api.custom.Definitions;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.rest.RestApi;
import dev.serin.local.api.rule.Rules;
import dev.serin.local.api.rule.ServiceAddresses;
import dev.serin.local.api.wire.Door;
import dev.serin.local.api.wire.Sockets;
import dev.serin.local.api.write.Stamp;
import dev.serin.local.api.write.WritePath;
import dev.serin.local.store.Store;
import dev.serin.local.token.FixedTokens;
import dev.serin.local.token.ServiceAccountTokens;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import javax.net.ssl.KeyManager;

/// The Kubernetes API of one machine: the composition of its store, its rules and its door.
public final class LocalApi implements AutoCloseable {
    private static final int HISTORY = 20_000;
    private static final int QUEUE = 5_000;
    private static final int KEPT_ADDRESSES = 255;

    private final Options options;
    private final Store store;
    private final Definitions catalogue;
    private final Access access;
    private final ConfigSource.Watch roles;
    private final WritePath writes;
    private final ServiceAccountTokens tokens;
    private final Webhooks webhooks;
    private final Collector collector;
    private final ConfigSource.Watch certificates;
    private final OwnService own;
    private @Nullable Door door;

    /// What a local API is made of.
    ///
    /// @param state the folder that it keeps; it must exist
    /// @param serviceCidr where Services get their addresses, `10.96.0.0/16`; the first 255 are
    ///   only given to who asks for one by number
    /// @param ca the certificate authority of the API's certificate, PEM, for pods; empty gives
    ///   them no token
    /// @param logs what containers print
    /// @param streams commands in containers, and their ports
    /// @param usage what pods use; with one, `metrics.k8s.io` is served
    /// @param services where the webhooks' Services are reached
    /// @param failures told of faults of the API's own
    public record Options(
            Path state,
            Ticker ticker,
            Draws draws,
            String serviceCidr,
            String ca,
            PodLogs logs,
            PodStreams streams,
            Usage usage,
            ServiceUrls services,
            Consumer<Throwable> failures) {
        /// Without pods' logs, for admins only.
        public Options(Path state, Ticker ticker, Draws draws) {
            this(
                    state,
                    ticker,
                    draws,
                    "10.96.0.0/16",
                    "",
                    PodLogs.NONE,
                    PodStreams.NONE,
                    Usage.NONE,
                    ServiceUrls.NONE,
                    _ -> {});
        }
    }

    public LocalApi(Options options) {
        this.options = options;
        this.store = new Store(options.state().resolve("resources.db"), HISTORY, QUEUE);
        this.access = new Access(store);
        this.catalogue =
                new Definitions(store, schemas(options), options.ticker(), options.failures());
        this.tokens =
                new ServiceAccountTokens(
                        options.state().resolve("service-account.key"), store, options.ticker());
        this.webhooks = new Webhooks(store, catalogue, options.services());
        this.writes =
                new WritePath(
                        store,
                        new Rules(
                                new ServiceAddresses(store, options.serviceCidr(), KEPT_ADDRESSES),
                                store,
                                options.draws(),
                                !options.ca().isEmpty()),
                        webhooks,
                        new Stamp(options.ticker(), options.draws()));
        catalogue.start(writes);
        for (var name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            if (store.get(new ResourceKey("namespaces", "", name)) == null) {
                var body = JsonMapper.shared().createObjectNode();
                body.withObject("/metadata").put("name", name);
                client("apiserver").create(new Resource(kind("namespaces"), body));
            }
        }
        this.roles =
                new Aggregation(client("clusterrole-aggregation-controller"), options.failures())
                        .start();
        this.own = new OwnService(client("apiserver"), this::kind);
        own.write(options.serviceCidr());
        priority("system-cluster-critical", 2_000_000_000);
        priority("system-node-critical", 2_000_001_000);
        this.collector =
                new Collector(store, catalogue, writes, options.ticker(), options.failures());
        this.certificates =
                options.ca().isEmpty()
                        ? () -> {}
                        : new RootCertificates(
                                        client("root-ca-publisher"),
                                        kind("configmaps"),
                                        options.ca(),
                                        options.failures())
                                .start(kind("namespaces"));
    }

    private static Schemas schemas(Options options) {
        var all = Schemas.load();
        return options.usage().known() ? all : all.without(ServedKind.MEASURED);
    }

    /// A priority that every cluster has.
    private void priority(String name, int value) {
        var kind = kind("priorityclasses.scheduling.k8s.io");
        if (store.get(new ResourceKey(kind.family(), "", name)) == null) {
            var body = JsonMapper.shared().createObjectNode();
            body.withObject("/metadata").put("name", name);
            body.put("value", value);
            body.put("description", "For what the " + name.split("-")[1] + " can't do without.");
            client("apiserver").create(new Resource(kind, body));
        }
    }

    private ResourceKind kind(String family) {
        return Objects.requireNonNull(catalogue.get().stored(family)).kind();
    }

    /// The API without the wire.
    ///
    /// @param component who writes, as field managers and webhooks are told
    public ResourceClient client(String component) {
        return new InProcess(store, catalogue, writes, component);
    }

    /// Issues and reads tokens of service accounts.
    public Tokens tokens() {
        return tokens;
    }

    /// Opens the door; call once.
    ///
    /// @param keys what the server proves itself with
    /// @param admin the token of the kubeconfig
    /// @return the address, with the port that was given where 0 was asked for
    public InetSocketAddress start(
            Sockets sockets, SocketAddress address, KeyManager keys, String admin) {
        var api =
                new RestApi(
                        new RestApi.Sources(
                                catalogue,
                                store,
                                writes,
                                options.logs(),
                                options.streams(),
                                options.usage(),
                                tokens,
                                () -> true),
                        List.of(FixedTokens.admin(admin), tokens),
                        access,
                        options.ticker(),
                        options.failures());
        door = new Door(sockets, address, keys, api, options.failures());
        own.listens(door.address());
        return door.address();
    }

    @Override
    public void close() {
        if (door != null) {
            door.close();
        }
        certificates.close();
        roles.close();
        collector.close();
        catalogue.close();
        webhooks.close();
        store.close();
    }
}
