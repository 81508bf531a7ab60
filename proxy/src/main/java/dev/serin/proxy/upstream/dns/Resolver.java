package dev.serin.proxy.upstream.dns;

import dev.serin.proxy.upstream.dns.DnsConfig.Family;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Looks names up. Any thread may ask; the answer comes once, on any thread.
@FunctionalInterface
public interface Resolver {
    /// @param then gets null if the look-up failed; a name without addresses is an empty answer
    void resolve(String name, Family family, Consumer<@Nullable Answer> then);

    /// Addresses, in the order in which they are to be used.
    ///
    /// @param ttl null if it is not known
    record Answer(List<InetAddress> addresses, @Nullable Duration ttl) {}

    /// The machine's own, which blocks a thread for each look-up and tells no time to live.
    static Resolver system() {
        return (name, family, then) ->
                Thread.ofVirtual().name("dns-" + name).start(() -> then.accept(look(name, family)));
    }

    private static @Nullable Answer look(String name, Family family) {
        try {
            return new Answer(chosen(List.of(InetAddress.getAllByName(name)), family), null);
        } catch (UnknownHostException e) {
            // only the text tells a name that nobody has from a server that does not answer
            var known = String.valueOf(e.getMessage()).contains("not known");
            return known ? new Answer(List.of(), null) : null;
        }
    }

    /// The addresses of the wanted family. As Envoy's DnsLookupFamily.
    static List<InetAddress> chosen(List<InetAddress> all, Family family) {
        var v4 = all.stream().filter(Inet4Address.class::isInstance).toList();
        var v6 = all.stream().filter(a -> !(a instanceof Inet4Address)).toList();
        return switch (family) {
            case V4_ONLY -> v4;
            case V6_ONLY -> v6;
            case AUTO -> v6.isEmpty() ? v4 : v6;
            case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
            case ALL -> new ArrayList<>(Stream.concat(v6.stream(), v4.stream()).toList());
        };
    }
}
