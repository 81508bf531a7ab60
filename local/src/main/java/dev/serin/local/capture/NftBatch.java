package dev.serin.local.capture;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// One transaction of nf_tables for one table, as messages of NETLINK_NETFILTER: the kernel takes
/// all of it or nothing. Begins with the table made anew, empty. Pure; one thread.
final class NftBatch {
    private static final int BEGIN = 0x10;
    private static final int END = 0x11;
    private static final int SUBSYSTEM = 10;
    private static final int TABLE = 0;
    private static final int DELETE_TABLE = 2;
    private static final int CHAIN = 3;
    private static final int RULE = 6;
    private static final int SET = 9;
    private static final int ELEMENTS = 12;
    private static final int REQUEST = 1;
    private static final int CREATE = 0x400;
    private static final int APPEND = 0x800;
    private static final int ANONYMOUS = 1;
    private static final int CONSTANT = 2;
    private static final int MAP = 8;
    // A list is one attribute, whose length is told in 16 bits.
    private static final int MOST_ELEMENTS = 1000;

    /// What nft calls a type, when it shows a set.
    private static final int IPV4_ADDRESS = 7;

    private static final int PORT = 13;
    private static final int NUMBER = 4;
    private static final int ADDRESS_AND_PORT = IPV4_ADDRESS << 6 | PORT;

    private final NetlinkWriter out = new NetlinkWriter();
    private final Family family;
    private final String table;
    private int sequence;
    private int sets;

    /// Whose packets a table sees.
    enum Family {
        INET(1),
        IP(2);

        private final int number;

        Family(int number) {
            this.number = number;
        }
    }

    /// Where on a packet's way a chain stands.
    enum Hook {
        PREROUTING(0),
        OUTPUT(3),
        POSTROUTING(4);

        private final int number;

        Hook(int number) {
            this.number = number;
        }
    }

    /// A set or map of this batch, by its name, which the kernel completes, and its number.
    record Named(String name, int id) {}

    NftBatch(Family family, String table) {
        this.family = family;
        this.table = table;
        out.end(edge(BEGIN));
        table(TABLE);
        table(DELETE_TABLE);
        table(TABLE);
    }

    /// The whole of it; nothing can be added any more.
    byte[] octets() {
        out.end(edge(END));
        return out.octets();
    }

    /// Only takes the table away again.
    void deleteTable() {
        table(DELETE_TABLE);
    }

    /// A chain that others jump to.
    void chain(String name) {
        var message = begin(CHAIN, CREATE);
        out.put(1, table).put(3, name);
        out.end(message);
    }

    /// A chain that translates addresses of connections as they begin.
    void natChain(String name, Hook hook, int priority) {
        var message = begin(CHAIN, CREATE);
        out.put(1, table).put(3, name).put(7, "nat");
        var where = out.open(4);
        out.put(1, hook.number).put(2, priority);
        out.close(where);
        out.end(message);
    }

    /// Adds a rule to the end of `chain`: what `parts` writes.
    void rule(String chain, Consumer<NftRule> parts) {
        var message = begin(RULE, CREATE | APPEND);
        out.put(1, table).put(2, chain);
        var expressions = out.open(4);
        parts.accept(new NftRule(out));
        out.close(expressions);
        out.end(message);
    }

    Named ports(List<Integer> ports) {
        return set(PORT, 2, ports.stream().map(NftRule::port).toList());
    }

    Named addresses(List<byte[]> addresses) {
        return set(IPV4_ADDRESS, 4, addresses);
    }

    /// From 0, 1, 2 … to an address and a port.
    Named targets(List<PacketFilter.Target> targets) {
        var message = begin(SET, CREATE);
        var named = new Named("__map%d", ++sets);
        out.put(1, table).put(2, named.name).put(3, ANONYMOUS | CONSTANT | MAP);
        out.put(4, NUMBER).put(5, 4).put(6, ADDRESS_AND_PORT).put(7, 8).put(10, named.id);
        size(targets.size(), 1);
        out.end(message);
        elements(
                named,
                targets.size(),
                i -> {
                    value(1, NftRule.host(i));
                    var address = NftRule.address(targets.get(i).address());
                    var port = NftRule.port(targets.get(i).port());
                    value(
                            2,
                            address[0],
                            address[1],
                            address[2],
                            address[3],
                            port[0],
                            port[1],
                            (byte) 0,
                            (byte) 0);
                });
        return named;
    }

    private Named set(int type, int length, List<byte[]> keys) {
        var message = begin(SET, CREATE);
        var named = new Named("__set%d", ++sets);
        out.put(1, table).put(2, named.name).put(3, ANONYMOUS | CONSTANT);
        out.put(4, type).put(5, length).put(10, named.id);
        size(keys.size(), 2);
        out.end(message);
        elements(named, keys.size(), i -> value(1, keys.get(i)));
        return named;
    }

    // Beside it stands a note for nft, which shows the keys by it: in whose byte order they are.
    private void size(int size, int order) {
        var description = out.open(9);
        out.put(1, size);
        out.close(description);
        var note = NftRule.host(order);
        out.put(13, (byte) 0, (byte) 4, note[0], note[1], note[2], note[3]);
    }

    private void elements(Named of, int count, IntConsumer element) {
        for (int from = 0; from < count; from += MOST_ELEMENTS) {
            var message = begin(ELEMENTS, CREATE);
            out.put(1, table).put(2, of.name).put(4, of.id);
            var list = out.open(3);
            for (int i = from; i < Math.min(count, from + MOST_ELEMENTS); i++) {
                var one = out.open(i - from + 1);
                element.accept(i);
                out.close(one);
            }
            out.close(list);
            out.end(message);
        }
    }

    private void value(int type, byte... value) {
        var outer = out.open(type);
        out.put(1, value);
        out.close(outer);
    }

    private void table(int type) {
        var message = begin(type, 0);
        out.put(1, table);
        if (type == TABLE) {
            out.put(2, 0);
        }
        out.end(message);
    }

    private int begin(int type, int flags) {
        var place = out.message(SUBSYSTEM << 8 | type, REQUEST | flags, sequence++);
        header(family.number, 0);
        return place;
    }

    private int edge(int type) {
        var place = out.message(type, REQUEST, sequence++);
        header(0, SUBSYSTEM);
        return place;
    }

    private void header(int family, int subsystem) {
        out.octet(family);
        out.octet(0);
        out.octet(0);
        out.octet(subsystem);
    }
}
