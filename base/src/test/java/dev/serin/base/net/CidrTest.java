package dev.serin.base.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;

class CidrTest {
    @Test
    void holdsWhatSharesItsBits() {
        var range = cidr("10.1.2.0", 23);
        assertTrue(range.holds(ip("10.1.2.0")));
        assertTrue(range.holds(ip("10.1.3.255")));
        assertFalse(range.holds(ip("10.1.4.0")));
        assertFalse(range.holds(ip("::1")));
        assertTrue(cidr("0.0.0.0", 0).holds(ip("255.1.1.1")));
        assertTrue(cidr("10.0.0.1", 32).holds(ip("10.0.0.1")));
        assertFalse(cidr("10.0.0.1", 32).holds(ip("10.0.0.0")));
        assertTrue(cidr("fd00::", 8).holds(ip("fdab::1")));
        assertEquals(cidr("10.0.0.1", 40), cidr("10.0.0.1", 32));
    }

    private static Cidr cidr(String address, int bits) {
        return Cidr.of(ip(address), bits);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
