package dev.serin.local.api.rule;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.write.KindRules.Reserved;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Gives Services their addresses in the mesh. What is given is what the stored Services have, and
/// what writes under way have reserved. Any thread.
public final class ServiceAddresses {
    private final Store store;
    private final int first;
    private final int count;
    private final Set<String> reserved = new HashSet<>();
    private int next;

    /// @param cidr such as `10.96.0.0/16`; its first and last address are given to nobody
    /// @param kept how many after the first are only given when they are asked for by number
    public ServiceAddresses(Store store, String cidr, int kept) {
        this.store = store;
        var slash = cidr.indexOf('/');
        this.first = number(cidr.substring(0, slash));
        this.count = 1 << (32 - Integer.parseInt(cidr.substring(slash + 1)));
        this.next = kept + 1;
    }

    /// An address stays with its Service until it asks for another kind of reach.
    void keep(ObjectNode body, @Nullable Resource old) {
        var spec = body.withObject("/spec");
        if (spec.path("type").asString("").equals("ExternalName")) {
            for (var field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
                spec.remove(field);
            }
            return;
        }
        if (old != null && Rules.isBlank(spec, "clusterIP")) {
            var had = old.spec().path("clusterIP").asString("");
            if (!had.isEmpty()) {
                spec.put("clusterIP", had);
            }
        }
        if (!spec.has("ipFamilies")) {
            spec.putArray("ipFamilies").add("IPv4");
        }
        if (!spec.has("ipFamilyPolicy")) {
            spec.put("ipFamilyPolicy", "SingleStack");
        }
        show(spec);
        if (!body.path("status").has("loadBalancer")) {
            body.withObject("/status").putObject("loadBalancer");
        }
    }

    private static void show(ObjectNode spec) {
        var address = spec.path("clusterIP").asString("");
        if (!address.isEmpty()) {
            spec.putArray("clusterIPs").add(address);
        }
    }

    /// Gives an address if the Service needs one, or holds the one it asks for.
    Reserved give(ObjectNode body) {
        var spec = body.withObject("/spec");
        var asked = spec.path("clusterIP").asString("");
        if (spec.path("type").asString("").equals("ExternalName") || asked.equals("None")) {
            return Reserved.NOTHING;
        }
        var uid = body.path("metadata").path("uid").asString("");
        String address;
        synchronized (this) {
            if (has(uid, asked)) {
                return Reserved.NOTHING;
            }
            var taken = taken(uid);
            address = asked.isEmpty() ? free(taken) : asked;
            if (taken.contains(address)) {
                throw refused(body, address, "provided IP is already allocated");
            }
            if (!isInside(address)) {
                throw refused(body, address, "the provided IP is not in the range of services");
            }
            reserved.add(address);
        }
        spec.put("clusterIP", address);
        show(spec);
        return new Held(address);
    }

    /// Given back when the write has ended: by then the store has it, or nobody.
    private final class Held implements Reserved {
        private final String address;

        Held(String address) {
            this.address = address;
        }

        @Override
        public void keep() {}

        @Override
        public void close() {
            synchronized (ServiceAddresses.this) {
                reserved.remove(address);
            }
        }
    }

    private boolean has(String uid, String address) {
        return store.list("services", null).resources().stream()
                .anyMatch(s ->
                        s.uid().equals(uid)
                                && s.spec().path("clusterIP").asString("").equals(address));
    }

    private Set<String> taken(String but) {
        var taken = new HashSet<>(reserved);
        for (var service : store.list("services", null).resources()) {
            if (!service.uid().equals(but)) {
                taken.add(service.spec().path("clusterIP").asString(""));
            }
        }
        return taken;
    }

    private String free(Set<String> taken) {
        for (int tries = 0; tries < count; tries++) {
            var address = text(first + next);
            next = next + 1 >= count - 1 ? 1 : next + 1;
            if (!taken.contains(address)) {
                return address;
            }
        }
        throw new Refusal(
                500, "InternalError", "Internal error occurred: no service address is free");
    }

    private static Refusal refused(ObjectNode body, String address, String why) {
        var name = body.path("metadata").path("name").asString("");
        var message =
                "Invalid value: [\""
                        + address
                        + "\"]: failed to allocate IP "
                        + address
                        + ": "
                        + why;
        return new Refusal(
                422,
                "Invalid",
                "Service \"" + name + "\" is invalid: spec.clusterIPs: " + message,
                new Refusal.Details(
                        name,
                        "",
                        "Service",
                        "",
                        List.of(new Refusal.Cause("FieldValueInvalid", message, "spec.clusterIPs")),
                        0));
    }

    private boolean isInside(String address) {
        if (!address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
            return false;
        }
        var at = number(address) - first;
        return at > 0 && at < count - 1;
    }

    private static int number(String address) {
        int number = 0;
        for (var part : address.split("\\.")) {
            number = number << 8 | Integer.parseInt(part) & 0xff;
        }
        return number;
    }

    private static String text(int number) {
        return (number >>> 24)
                + "."
                + (number >>> 16 & 0xff)
                + "."
                + (number >>> 8 & 0xff)
                + "."
                + (number & 0xff);
    }
}
