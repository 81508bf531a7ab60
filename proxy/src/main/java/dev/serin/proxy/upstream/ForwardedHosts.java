package dev.serin.proxy.upstream;

import dev.serin.base.net.HostPort;
import dev.serin.base.time.Timers;
import dev.serin.proxy.stream.HostSearch;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.ClusterConfig.Forward;
import dev.serin.proxy.upstream.balance.PickContext;
import dev.serin.proxy.upstream.dns.Pauses;
import dev.serin.proxy.upstream.dns.Resolver.Answer;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The hosts of a dynamic forward proxy: those that requests have named, kept resolved as long as
/// requests name them. Any worker asks; the owner looks up. As Envoy's DNS cache.
final class ForwardedHosts {
    private final ClusterConfig config;
    private final Forward forward;
    private final Upstream upstream;
    private final ClusterObserver observer;
    private final Pauses pauses;
    private final Map<String, Named> known = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    ForwardedHosts(
            ClusterConfig config, Forward forward, Upstream upstream, ClusterObserver observer) {
        this.config = config;
        this.forward = forward;
        this.upstream = upstream;
        this.observer = observer;
        this.pauses = new Pauses(config.dns(), upstream.draws().named("dns-jitter"));
    }

    /// Of the cache, which other clusters may have the name of, too.
    private void count(String what) {
        upstream.observers().counted("dns_cache." + forward.cache() + "." + what);
    }

    /// A host that was named. Its look-ups are the owner's.
    private final class Named {
        private final String key;
        private final Address address;
        private final List<Consumer<HostSearch>> asking = new ArrayList<>();
        private volatile @Nullable Host host;
        private volatile boolean asked;
        private volatile long used;
        private Timers.Timer next = () -> {};
        private Timers.Timer limit = () -> {};
        private int failures;
        private int round;

        Named(String key, Address address) {
            this.key = key;
            this.address = address;
            used = upstream.ticker().nanos();
        }

        void look() {
            if (closed) {
                return;
            }
            if (unused()) {
                forget();
                return;
            }
            count("dns_query_attempt");
            var number = ++round;
            limit =
                    upstream.timers()
                            .after(
                                    forward.patience(),
                                    () -> upstream.owner().execute(() -> late(number)));
            upstream.resolver()
                    .resolve(
                            address.host(),
                            config.dns().family(),
                            answer -> upstream.owner().execute(() -> answered(number, answer)));
        }

        private boolean unused() {
            return asked && upstream.ticker().nanos() - used >= forward.hostTtl().toNanos();
        }

        private void late(int number) {
            if (!closed && number == round) {
                count("dns_query_timeout");
                answered(number, null);
            }
        }

        /// @param answer null if the look-up failed: what was found before stays
        private void answered(int number, @Nullable Answer answer) {
            if (closed || number != round) {
                return;
            }
            round++;
            limit.cancel();
            var good = answer != null && !answer.addresses().isEmpty();
            count(answer != null ? "dns_query_success" : "dns_query_failure");
            failures = good ? 0 : failures + 1;
            if (good) {
                found(Objects.requireNonNull(answer).addresses());
            }
            tell();
            var pause = pauses.after(failures, answer);
            var rest = forward.hostTtl().compareTo(pause) < 0 ? forward.hostTtl() : pause;
            next = upstream.timers().after(rest, () -> upstream.owner().execute(this::look));
        }

        void found(List<InetAddress> addresses) {
            var before = host;
            var all =
                    addresses.stream()
                            .map(a -> new Address(a.getHostAddress(), address.port()))
                            .toList();
            var endpoint = Endpoint.at(all.getFirst(), all.subList(1, all.size()), address.host());
            if (before != null && before.endpoint().equals(endpoint)) {
                return;
            }
            observer.count(ClusterEvent.MEMBERSHIP_CHANGE);
            count("host_address_changed");
            host =
                    new Host(
                            endpoint,
                            upstream.workers().count(),
                            config.hostConnections(),
                            upstream.ticker().nanos());
            if (before != null) {
                LiveCluster.leave(before, upstream.workers().all());
            }
        }

        /// How it stands once there was a first answer.
        HostSearch search() {
            used = upstream.ticker().nanos();
            return host == null ? HostSearch.FAILED : HostSearch.FOUND;
        }

        /// Everybody who waits for the first answer.
        void tell() {
            asked = true;
            var end = search();
            List<Consumer<HostSearch>> told;
            synchronized (asking) {
                told = List.copyOf(asking);
                asking.clear();
            }
            told.forEach(one -> {
                waiting.decrementAndGet();
                one.accept(end);
            });
        }

        /// @return whether `then` will be told
        boolean waits(Consumer<HostSearch> then) {
            synchronized (asking) {
                if (asked) {
                    return false;
                }
                asking.add(then);
                return true;
            }
        }

        void forget() {
            next.cancel();
            limit.cancel();
            if (known.remove(key, this)) {
                count("host_removed");
            }
            var gone = host;
            if (gone != null) {
                LiveCluster.leave(gone, upstream.workers().all());
            }
        }
    }

    // ---- any worker

    HostSearch seek(String cache, String wanted, Consumer<HostSearch> then) {
        if (!cache.equals(forward.cache())) {
            return HostSearch.FOUND; // of which this cluster will know nothing
        }
        var address = address(wanted);
        var key = key(address);
        var named = known.get(key);
        if (named != null && named.asked) {
            return named.search();
        }
        if (named == null && known.size() >= forward.mostHosts()) {
            count("host_overflow");
            return HostSearch.TOO_MANY_HOSTS;
        }
        if (waiting.incrementAndGet() > forward.mostPending()) {
            waiting.decrementAndGet();
            count("dns_rq_pending_overflow");
            return HostSearch.TOO_MANY_WAITING;
        }
        var fresh = new Named(key, address);
        var other = named == null ? known.putIfAbsent(key, fresh) : named;
        if (other == null) {
            count("host_added");
            begin(fresh);
        }
        var present = other == null ? fresh : other;
        if (present.waits(then)) {
            return HostSearch.WAITING;
        }
        waiting.decrementAndGet();
        return present.search();
    }

    /// An address needs no look-up.
    private void begin(Named named) {
        try {
            named.found(List.of(InetAddress.ofLiteral(named.address.host())));
            count("dns_query_attempt");
            count("dns_query_success");
            named.tell();
            upstream.owner().execute(() -> watch(named));
        } catch (IllegalArgumentException e) {
            upstream.owner().execute(named::look);
        }
    }

    private void watch(Named named) {
        if (named.unused()) {
            named.forget();
        } else if (!closed) {
            named.next =
                    upstream.timers()
                            .after(
                                    forward.hostTtl(),
                                    () -> upstream.owner().execute(() -> watch(named)));
        }
    }

    @Nullable Host pick(PickContext context) {
        var request = context.request();
        var named = request == null ? null : known.get(key(address(request.authority())));
        if (named == null) {
            return null;
        }
        named.used = upstream.ticker().nanos();
        return named.host;
    }

    /// Name and port of an authority.
    private Address address(String authority) {
        var colon = authority.lastIndexOf(':');
        var bare = colon < 0 || authority.endsWith("]");
        var name = bare ? authority : authority.substring(0, colon);
        var host = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        try {
            var port = bare ? forward.port() : Integer.parseInt(authority.substring(colon + 1));
            return new Address(host.toLowerCase(Locale.ROOT), port);
        } catch (NumberFormatException e) {
            return new Address(authority, forward.port());
        }
    }

    private static String key(Address address) {
        return new HostPort(address.host(), Math.clamp(address.port(), 0, 65_535)).toString();
    }

    Collection<Host> all() {
        return known.values().stream().map(n -> n.host).filter(Objects::nonNull).toList();
    }

    /// Owner thread.
    void close() {
        closed = true;
        for (var named : List.copyOf(known.values())) {
            named.forget();
            named.tell();
        }
    }
}
