package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.worker.Worker;

/// Writes header blocks (RFC 7541). A field goes into the dynamic table when it is seen for the
/// second time, so that what never repeats does not push out what does. Strings are written as they
/// are: what Huffman code would save in octets it costs in time, twice.
final class HpackEncoder {
    private static final int SEEN = 127;
    private static final int LARGEST = 1024;

    private final Worker worker;
    private final FieldTable table;
    private final int most;
    private final int[] seen = new int[SEEN + 1];
    private final int[] heads = new int[64];
    private final int[] nexts = new int[256];
    private final int[] hashes = new int[256];
    private int announce = -1;
    private byte[] out = {};
    private int size;

    /// @param most octets that our table may have, whatever the peer allows
    HpackEncoder(Worker worker, int most) {
        this.worker = worker;
        this.most = Math.min(most, 4096);
        this.table = new FieldTable(this.most);
        if (this.most < 4096) {
            announce = this.most;
        }
    }

    /// The peer's SETTINGS_HEADER_TABLE_SIZE.
    void allowed(int octets) {
        var next = Math.min(octets, most);
        if (next != table.most()) {
            table.most(next);
            announce = announce < 0 ? next : Math.min(announce, next);
        }
    }

    /// Begins a block after `room` octets that are the caller's.
    void start(int room) {
        out = worker.scratch(8192);
        size = room;
        if (announce >= 0) {
            number(0x20, 5, announce);
            if (announce < table.most()) {
                number(0x20, 5, table.most());
            }
            announce = -1;
        }
    }

    /// The buffer, good until something else uses the worker's.
    byte[] buffer() {
        return out;
    }

    /// Where the block ends in [#buffer()].
    int end() {
        return size;
    }

    void fields(Headers headers) {
        for (var i = 0; i < headers.size(); i++) {
            field(headers.name(i), headers.value(i));
        }
    }

    void status(int status) {
        var index =
                switch (status) {
                    case 200 -> StaticTable.STATUS_200;
                    case 204 -> StaticTable.STATUS_200 + 1;
                    case 206 -> StaticTable.STATUS_200 + 2;
                    case 304 -> StaticTable.STATUS_200 + 3;
                    case 400 -> StaticTable.STATUS_200 + 4;
                    case 404 -> StaticTable.STATUS_200 + 5;
                    case 500 -> StaticTable.STATUS_200 + 6;
                    default -> 0;
                };
        if (index > 0) {
            octet(0x80 | index);
        } else {
            var text = Integer.toString(status);
            literal(0, 4, StaticTable.STATUS_200, ":status", text);
        }
    }

    void method(String method) {
        switch (method) {
            case "GET" -> octet(0x80 | StaticTable.METHOD_GET);
            case "POST" -> octet(0x80 | StaticTable.METHOD_POST);
            default -> field(":method", method);
        }
    }

    void scheme(String scheme) {
        switch (scheme) {
            case "http" -> octet(0x80 | StaticTable.SCHEME_HTTP);
            case "https" -> octet(0x80 | StaticTable.SCHEME_HTTPS);
            default -> field(":scheme", scheme);
        }
    }

    void path(String path) {
        if (path.equals("/")) {
            octet(0x80 | StaticTable.PATH_ROOT);
        } else {
            field(":path", path);
        }
    }

    /// Writes a field, unless it belongs to an HTTP/1.1 connection only.
    void field(String name, String value) {
        var kind = StaticTable.kind(name);
        if ((kind & StaticTable.HOP) != 0) {
            return;
        }
        var index = kind & 0xff;
        if ((kind & StaticTable.SECRET) != 0) {
            literal(0x10, 4, index, name, value);
            return;
        }
        if ((kind & StaticTable.UNIQUE) != 0 || value.length() > LARGEST) {
            literal(0, 4, index, name, value);
            return;
        }
        var hash = name.hashCode() * 31 + value.hashCode();
        hash ^= hash >>> 15;
        var entry = find(hash, name, value);
        if (entry > 0) {
            number(0x80, 7, StaticTable.SIZE + 1 + table.newest() - entry);
            return;
        }
        var octets = FieldTable.size(name.length(), value.length());
        if (seen[hash & SEEN] != hash || octets > table.most()) {
            seen[hash & SEEN] = hash;
            literal(0, 4, index, name, value);
            return;
        }
        literal(0x40, 6, index, name, value);
        put(hash, name, value, octets);
    }

    // ---- the entries by hash: chains from the newest to the oldest

    private int find(int hash, String name, String value) {
        var entry = heads[hash & heads.length - 1];
        var oldest = table.oldest();
        while (entry >= oldest && entry > 0) {
            var at = entry & nexts.length - 1;
            if (hashes[at] == hash
                    && table.name(entry).equals(name)
                    && table.value(entry).equals(value)) {
                return entry;
            }
            entry = nexts[at];
        }
        return 0;
    }

    private void put(int hash, String name, String value, int octets) {
        table.put(name, value, octets);
        var entry = table.newest();
        var at = entry & nexts.length - 1;
        hashes[at] = hash;
        nexts[at] = heads[hash & heads.length - 1];
        heads[hash & heads.length - 1] = entry;
    }

    // ---- octets

    private void literal(int pattern, int bits, int index, String name, String value) {
        if (index > 0) {
            number(pattern, bits, index);
        } else {
            octet(pattern);
            text(name);
        }
        text(value);
    }

    @SuppressWarnings("deprecation") // the one copy without a check of each char; all are Latin-1
    private void text(String text) {
        var length = text.length();
        number(0, 7, length);
        ensure(length);
        text.getBytes(0, length, out, size);
        size += length;
    }

    private void octet(int value) {
        ensure(1);
        out[size++] = (byte) value;
    }

    private void number(int pattern, int bits, int value) {
        ensure(6);
        var most = (1 << bits) - 1;
        if (value < most) {
            out[size++] = (byte) (pattern | value);
            return;
        }
        out[size++] = (byte) (pattern | most);
        var rest = value - most;
        while (rest >= 0x80) {
            out[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[size++] = (byte) rest;
    }

    private void ensure(int more) {
        if (size + more > out.length) {
            var larger = worker.scratch((size + more) * 2);
            System.arraycopy(out, 0, larger, 0, size);
            out = larger;
        }
    }
}
