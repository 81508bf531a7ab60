package dev.serin.local.capture;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One rule being written into a batch: what a packet must be, then what becomes of it, in the
/// expressions of the kernel's small machine (`include/uapi/linux/netfilter/nf_tables.h`) and in
/// the order in which nft writes them. One thread.
final class NftRule {
    private static final int RETURN = -5;
    private static final int JUMP = -3;
    private static final int OPTION_SPECIFIED = 2;
    private static final int IPV4 = 2;
    // Where in a header an address or port is, and how long it is.
    private static final int NETWORK = 1;
    private static final int TRANSPORT = 2;
    // What a packet is asked besides its octets.
    private static final int MARK = 3;
    private static final int OUT_INTERFACE = 7;
    private static final int NETWORK_PROTOCOL = 15;
    private static final int PROTOCOL = 16;

    private final NetlinkWriter out;
    private int element;

    NftRule(NetlinkWriter out) {
        this.out = out;
    }

    /// How a value is compared.
    enum Is {
        EQUAL(0),
        NOT(1),
        AT_MOST(3),
        AT_LEAST(5);

        private final int number;

        Is(int number) {
            this.number = number;
        }
    }

    /// @param number 6 is TCP, 17 UDP
    NftRule protocol(Is is, int number) {
        return meta(PROTOCOL).compare(is, (byte) number);
    }

    /// @param number 2 is IPv4, 10 IPv6
    NftRule networkProtocol(int number) {
        return meta(NETWORK_PROTOCOL).compare(Is.EQUAL, (byte) number);
    }

    NftRule outInterface(String name) {
        return meta(OUT_INTERFACE)
                .compare(Is.EQUAL, Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), 16));
    }

    NftRule mark(int mark) {
        return meta(MARK).compare(Is.EQUAL, host(mark));
    }

    /// @param octets the address, or how it begins
    NftRule source(Is is, byte... octets) {
        return payload(NETWORK, octets.length > 4 ? 8 : 12, octets.length).compare(is, octets);
    }

    NftRule destination(Is is, byte... octets) {
        return payload(NETWORK, octets.length > 4 ? 24 : 16, octets.length).compare(is, octets);
    }

    NftRule destinationPort(Is is, int port) {
        return destinationPort().compare(is, port(port));
    }

    /// Any port at all, which also asks that the packet has one.
    NftRule anyDestinationPort() {
        return destinationPort().compare(Is.AT_LEAST, port(0)).compare(Is.AT_MOST, port(65535));
    }

    /// The destination's address is in a set of this batch.
    NftRule destinationIn(NftBatch.Named set) {
        return payload(NETWORK, 16, 4).lookup(set, 0);
    }

    NftRule destinationPortIn(NftBatch.Named set) {
        return destinationPort().lookup(set, 0);
    }

    void goBack() {
        verdict(RETURN, null);
    }

    void jump(String chain) {
        verdict(JUMP, chain);
    }

    /// To a port of this network namespace.
    void redirect(int port) {
        immediate(1, port(port));
        var data = begin("redir");
        out.put(1, 1).put(3, OPTION_SPECIFIED);
        end(data);
    }

    void sourceTo(byte... address) {
        immediate(1, address);
        var data = begin("nat");
        out.put(1, 0).put(2, IPV4).put(3, 1);
        end(data);
    }

    void destinationTo(byte[] address, int port) {
        immediate(1, address);
        immediate(2, port(port));
        var data = begin("nat");
        out.put(1, 1).put(2, IPV4).put(3, 1).put(5, 2).put(7, OPTION_SPECIFIED);
        end(data);
    }

    /// To each entry of a map of addresses and ports in turn.
    ///
    /// @param count how many entries, numbered from 0
    void destinationInTurn(NftBatch.Named map, int count) {
        var numbers = begin("numgen");
        out.put(1, 1).put(2, count).put(3, 0).put(4, 0);
        end(numbers);
        lookup(map, 1);
        var data = begin("nat");
        // The port lies in the second half of the eight octets, whose first four are register 1.
        out.put(1, 1).put(2, IPV4).put(3, 1).put(5, 9);
        end(data);
    }

    private NftRule meta(int key) {
        var data = begin("meta");
        out.put(2, key).put(1, 1);
        return end(data);
    }

    private NftRule destinationPort() {
        return payload(TRANSPORT, 2, 2);
    }

    private NftRule payload(int header, int offset, int length) {
        var data = begin("payload");
        out.put(1, 1).put(2, header).put(3, offset).put(4, length);
        return end(data);
    }

    private NftRule compare(Is is, byte... value) {
        var data = begin("cmp");
        out.put(1, 1).put(2, is.number);
        value(3, value);
        return end(data);
    }

    /// @param to the register that a map's value comes into, 0 for a set
    private NftRule lookup(NftBatch.Named in, int to) {
        var data = begin("lookup");
        out.put(2, 1);
        if (to != 0) {
            out.put(3, to);
        }
        out.put(1, in.name()).put(4, in.id());
        return end(data);
    }

    private void immediate(int register, byte... value) {
        var data = begin("immediate");
        out.put(1, register);
        value(2, value);
        end(data);
    }

    private void value(int type, byte... value) {
        var nested = out.open(type);
        out.put(1, value);
        out.close(nested);
    }

    private void verdict(int code, @Nullable String chain) {
        var data = begin("immediate");
        out.put(1, 0);
        var outer = out.open(2);
        var inner = out.open(2);
        out.put(1, code);
        if (chain != null) {
            out.put(2, chain);
        }
        out.close(inner);
        out.close(outer);
        end(data);
    }

    /// An expression: an element, its name, and its own attributes.
    private int begin(String name) {
        element = out.open(1);
        out.put(1, name);
        return out.open(2);
    }

    private NftRule end(int data) {
        out.close(data);
        out.close(element);
        return this;
    }

    /// An IPv4 address as a packet has it.
    static byte[] address(String text) {
        var octets = new byte[4];
        var numbers = text.split("\\.");
        for (int i = 0; i < 4; i++) {
            octets[i] = (byte) Integer.parseInt(numbers[i]);
        }
        return octets;
    }

    static byte[] port(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }

    /// A number as the machine itself has it.
    static byte[] host(int number) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array();
    }
}
