package dev.serin.local.api.cel.function;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;

import java.util.List;

/// Kubernetes' functions of IP addresses and their blocks.
final class AddressFunctions {
    private static final CelType IP = OpaqueType.create("net.IP");
    private static final CelType CIDR = OpaqueType.create("net.CIDR");

    private AddressFunctions() {}

    static Functions all() {
        var all = new Functions();
        addresses(all);
        blocks(all);
        return all;
    }

    private static void addresses(Functions all) {
        var text = SimpleType.STRING;
        all.global("ip", "string_to_ip", IP, text, String.class, Address::parse);
        all.global("isIP", "is_ip", SimpleType.BOOL, text, String.class, t -> isAddress(t));
        all.global(
                "ip.isCanonical",
                "ip_is_canonical",
                SimpleType.BOOL,
                text,
                String.class,
                t -> Address.parse(t).toString().equals(t));
        all.global("string", "ip_to_string", text, IP, Address.class, Address::toString);
        all.member("family", "ip_family", SimpleType.INT, IP, Address.class, Address::family);
        is(all, "isUnspecified", "ip_is_unspecified", a -> a.inet().isAnyLocalAddress());
        is(all, "isLoopback", "ip_is_loopback", a -> a.inet().isLoopbackAddress());
        is(
                all,
                "isLinkLocalMulticast",
                "ip_is_link_local_multicast",
                a ->
                        a.family() == 6
                                ? a.inet().isMCLinkLocal()
                                : a.toString().startsWith("224.0.0."));
        is(
                all,
                "isLinkLocalUnicast",
                "ip_is_link_local_unicast",
                a -> a.inet().isLinkLocalAddress());
        is(
                all,
                "isGlobalUnicast",
                "ip_is_global_unicast",
                a ->
                        !a.inet().isAnyLocalAddress()
                                && !a.inet().isLoopbackAddress()
                                && !a.inet().isMulticastAddress()
                                && !a.inet().isLinkLocalAddress()
                                && !a.toString().equals("255.255.255.255"));
    }

    private static void is(
            Functions all, String name, String id, java.util.function.Predicate<Address> what) {
        all.member(name, id, SimpleType.BOOL, IP, Address.class, what::test);
    }

    private static void blocks(Functions all) {
        var text = SimpleType.STRING;
        all.global("cidr", "string_to_cidr", CIDR, text, String.class, Block::parse);
        all.global("isCIDR", "is_cidr", SimpleType.BOOL, text, String.class, t -> isBlock(t));
        all.global("string", "cidr_to_string", text, CIDR, Block.class, Block::toString);
        all.member("ip", "cidr_ip", IP, CIDR, Block.class, Block::address);
        all.member(
                "prefixLength",
                "cidr_prefix_length",
                SimpleType.INT,
                CIDR,
                Block.class,
                b -> (long) b.bits());
        all.member("masked", "cidr_masked", CIDR, CIDR, Block.class, Block::masked);
        all.member(
                "containsIP",
                "cidr_contains_ip_string",
                SimpleType.BOOL,
                List.of(CIDR, text),
                Block.class,
                String.class,
                (b, a) -> b.contains(Address.parse(a)));
        all.member(
                "containsIP",
                "cidr_contains_ip_ip",
                SimpleType.BOOL,
                List.of(CIDR, IP),
                Block.class,
                Address.class,
                Block::contains);
        all.member(
                "containsCIDR",
                "cidr_contains_cidr_string",
                SimpleType.BOOL,
                List.of(CIDR, text),
                Block.class,
                String.class,
                (b, other) -> b.contains(Block.parse(other)));
        all.member(
                "containsCIDR",
                "cidr_contains_cidr",
                SimpleType.BOOL,
                List.of(CIDR, CIDR),
                Block.class,
                Block.class,
                (b, other) -> b.contains(other));
    }

    private static boolean isAddress(String text) {
        try {
            Address.parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isBlock(String text) {
        try {
            Block.parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
