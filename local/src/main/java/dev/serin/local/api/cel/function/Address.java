package dev.serin.local.api.cel.function;

import java.net.InetAddress;
import java.util.regex.Pattern;

/// An IP address, written as RFC 5952 says. Names, zones and IPv4 in IPv6 are none.
record Address(InetAddress inet) {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern FOUR = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);

    static Address parse(String text) {
        var six = text.indexOf(':') >= 0;
        if (six ? text.indexOf('%') < 0 : FOUR.matcher(text).matches()) {
            try {
                var address = new Address(InetAddress.ofLiteral(text));
                if (six == (address.family() == 6)) {
                    return address;
                }
                throw new IllegalArgumentException(
                        "IPv4-mapped IPv6 address \"" + text + "\" is not allowed");
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "IP Address \"" + text + "\" parse error: " + e.getMessage(), e);
            }
        }
        throw new IllegalArgumentException(
                "IP Address \""
                        + text
                        + "\" parse error during conversion from string: unable to parse IP");
    }

    long family() {
        return inet.getAddress().length == 4 ? 4 : 6;
    }

    @Override
    public String toString() {
        if (family() == 4) {
            return inet.getHostAddress();
        }
        var parts = inet.getHostAddress().split(":");
        var from = -1;
        var length = 1;
        for (var i = 0; i < parts.length; i++) {
            var j = i;
            while (j < parts.length && parts[j].equals("0")) {
                j++;
            }
            if (j - i > length) {
                from = i;
                length = j - i;
            }
            i = Math.max(i, j - 1);
        }
        if (from < 0) {
            return String.join(":", parts);
        }
        var out = new StringBuilder();
        for (var i = 0; i < from; i++) {
            out.append(i == 0 ? "" : ":").append(parts[i]);
        }
        out.append("::");
        for (var i = from + length; i < parts.length; i++) {
            out.append(i == from + length ? "" : ":").append(parts[i]);
        }
        return out.toString();
    }
}
