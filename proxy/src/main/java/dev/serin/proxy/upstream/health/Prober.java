package dev.serin.proxy.upstream.health;

import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Upstream;
import dev.serin.proxy.worker.Worker;

import java.util.List;
import java.util.function.Consumer;

/// Asks one host one question at a time. Its worker's loop only.
interface Prober {
    /// How an answer is to be taken.
    enum Finding {
        GOOD,
        DEGRADED,
        /// The host says that it is not well.
        BAD,
        /// It says so, but in a way that has to repeat itself.
        DOUBTFUL,
        /// There was no connection, or it broke.
        NETWORK,
        TIMEOUT
    }

    /// @param then is called once, unless [#cancel] comes first
    void probe(Consumer<Finding> then);

    /// No answer is wanted any more; gives back what the probe holds.
    void cancel();

    /// What the last answer was, for people.
    String detail(Finding finding);

    static Prober of(
            HealthConfig config, LiveCluster cluster, Host host, Worker worker, Upstream upstream) {
        var target = target(config, host, upstream);
        return switch (config.probe()) {
            case HealthConfig.Tcp tcp ->
                    new TcpProber(tcp, config.reuse(), cluster, target, worker);
            case HealthConfig.Http http ->
                    new HttpProber(
                            new Question.OfHttp(http), config.reuse(), cluster, target, worker);
            case HealthConfig.Grpc grpc ->
                    new HttpProber(
                            new Question.OfGrpc(grpc), config.reuse(), cluster, target, worker);
        };
    }

    /// The host as it is checked: at another address or port if that is configured.
    private static Host target(HealthConfig config, Host host, Upstream upstream) {
        var endpoint = host.endpoint();
        var check = endpoint.check();
        var address = check.address() == null ? endpoint.address() : check.address();
        var port =
                check.port() != 0
                        ? check.port()
                        : config.port() != 0 && check.address() == null
                                ? config.port()
                                : address.port();
        if (address.equals(endpoint.address()) && port == address.port()) {
            return host;
        }
        return new Host(
                endpoint.at(new Address(address.host(), port), List.of()),
                upstream.workers().count(),
                Integer.MAX_VALUE,
                upstream.ticker().nanos());
    }
}
