package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.codec.HeaderNames;

import java.nio.charset.StandardCharsets;

/// Reads header blocks (RFC 7541). A field that is in a table comes as the very strings that the
/// table holds. A field that no message may have comes with an empty name.
final class HpackDecoder {
    private final FieldTable table;
    private final int allowed;
    private byte[] block = {};
    private int at;
    private int to;
    private byte[] decoded = {};
    private byte[] text = {};
    private int textAt;
    private int textEnd;

    /// @param allowed octets of the dynamic table, as our SETTINGS say
    HpackDecoder(int allowed) {
        this.allowed = allowed;
        this.table = new FieldTable(allowed);
    }

    /// Reads the block `from[at, to)`.
    void decode(byte[] from, int start, int end, HeadBlock into) throws Http2Fault {
        block = from;
        at = start;
        to = end;
        var fields = false;
        while (at < to) {
            int first = from[at];
            if (first < 0) {
                indexed(number(7), into);
                fields = true;
            } else if (first >= 0x40) {
                literal(number(6), true, into);
                fields = true;
            } else if (first >= 0x20) {
                if (fields) {
                    throw Http2Fault.compression("hpack: size update after a field");
                }
                var size = number(5);
                if (size > allowed) {
                    throw Http2Fault.compression("hpack: table too large");
                }
                table.most(size);
            } else {
                literal(number(4), false, into);
                fields = true;
            }
        }
    }

    private void indexed(int index, HeadBlock into) throws Http2Fault {
        if (index > StaticTable.SIZE) {
            var entry = entry(index);
            into.add(table.name(entry), table.value(entry));
        } else if (index > 0) {
            into.add(StaticTable.NAMES[index], StaticTable.VALUES[index]);
        } else {
            throw Http2Fault.compression("hpack: index 0");
        }
    }

    private int entry(int index) throws Http2Fault {
        var age = index - StaticTable.SIZE - 1;
        if (age >= table.count()) {
            throw Http2Fault.compression("hpack: no such index");
        }
        return table.newest() - age;
    }

    private void literal(int index, boolean keep, HeadBlock into) throws Http2Fault {
        String name;
        int nameOctets;
        if (index == 0) {
            string();
            nameOctets = textEnd - textAt;
            name = name();
        } else {
            name = index <= StaticTable.SIZE ? StaticTable.NAMES[index] : table.name(entry(index));
            nameOctets = name.length();
        }
        string();
        var octets = textEnd - textAt;
        String value;
        if (proper()) {
            value = value(octets);
        } else {
            value = "";
            name = "";
        }
        if (keep) { // under no name, if it is none: whoever refers to it is as wrong
            table.put(name, value, FieldTable.size(nameOctets, octets));
        }
        into.add(name, value);
    }

    private String value(int octets) {
        if (octets == 0) {
            return "";
        }
        return new String(text, textAt, octets, StandardCharsets.ISO_8859_1);
    }

    /// The name in `text`; empty if it is none.
    private String name() {
        var hash = 0;
        var from = textAt;
        if (from < textEnd && text[from] == ':') {
            hash = ':';
            from++;
        }
        if (from == textEnd) {
            return "";
        }
        for (var i = from; i < textEnd; i++) {
            var c = text[i];
            if (HeaderNames.lower(c) != c || c == 0) {
                return "";
            }
            hash = 31 * hash + c;
        }
        return HeaderNames.of(text, textAt, textEnd, hash);
    }

    /// Whether the text may be a value (RFC 9113, 8.2.1).
    private boolean proper() {
        if (textAt == textEnd) {
            return true;
        }
        var first = text[textAt];
        var last = text[textEnd - 1];
        if (first == ' ' || first == '\t' || last == ' ' || last == '\t') {
            return false;
        }
        for (var i = textAt; i < textEnd; i++) {
            var c = text[i];
            if (c >= 0 && c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /// Reads a string: its octets are `text[textAt, textEnd)` then.
    private void string() throws Http2Fault {
        if (at >= to) {
            throw truncated();
        }
        var coded = block[at] < 0;
        var length = number(7);
        if (length > to - at) {
            throw truncated();
        }
        if (coded) {
            var most = Huffman.most(length);
            if (most > decoded.length) {
                decoded = new byte[Math.max(256, Integer.highestOneBit(most) << 1)];
            }
            textAt = 0;
            textEnd = Huffman.decode(block, at, at + length, decoded);
            text = decoded;
        } else {
            textAt = at;
            textEnd = at + length;
            text = block;
        }
        at += length;
    }

    /// Reads an integer with a prefix of so many bits (RFC 7541, 5.1).
    private int number(int bits) throws Http2Fault {
        var most = (1 << bits) - 1;
        var value = block[at++] & most;
        if (value < most) {
            return value;
        }
        for (var shift = 0; shift <= 21; shift += 7) {
            if (at >= to) {
                throw truncated();
            }
            var next = block[at++];
            value += (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw Http2Fault.compression("hpack: number too large");
    }

    private static Http2Fault truncated() {
        return Http2Fault.compression("hpack: block ends too early");
    }
}
