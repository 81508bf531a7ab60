package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Hosts laid out so that a hash finds one, the same as long as that host stays. Immutable.
interface HashTable {
    /// @param attempt how often another host is wanted than what the hash found
    @Nullable Host find(long hash, int attempt);

    /// A host with its share of the keys; the shares sum to 1.
    record Share(Host host, double share) {
        /// What the host is placed by.
        String key(boolean hostname) {
            var given = host.metadata().get(MetadataMatch.NAMESPACE);
            var own = given == null ? null : given.getFieldsMap().get("hash_key");
            if (own != null && !own.getStringValue().isEmpty()) {
                return own.getStringValue();
            }
            return hostname ? host.hostname() : host.shownAddress();
        }
    }

    /// The shares of the hosts of a priority, by weight of host and, where they count, locality.
    static List<Share> shares(HostSet set, boolean panic, boolean byLocality) {
        var shares = new ArrayList<Share>();
        if (!byLocality || !set.anyLocalityWeight()) {
            add(shares, panic ? set.hosts().all() : set.hosts().healthy(), 1);
            return shares;
        }
        var sum = 0L;
        for (var i = 0; i < set.localities().size(); i++) {
            sum += set.localityWeight(i);
        }
        for (var i = 0; i < set.localities().size(); i++) {
            var here = set.localities().get(i);
            var weight = set.localityWeight(i);
            if (weight > 0) {
                add(shares, panic ? here.all() : here.healthy(), (double) weight / sum);
            }
        }
        return shares;
    }

    private static void add(List<Share> shares, Host[] hosts, double of) {
        var sum = 0L;
        for (var host : hosts) {
            sum += host.weight();
        }
        for (var host : hosts) {
            shares.add(new Share(host, host.weight() * of / sum));
        }
    }
}
