package dev.serin.local.dns;

import dev.serin.local.dns.DnsRecord.Answer;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes an answer as a packet.
final class DnsReply {
    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    private static final int RESPONSE = 0x8000;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int TRUNCATED = 0x0200;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RECURSION_AVAILABLE = 0x0080;
    private static final int INTERNET = 1;
    private static final int OPT = 41;
    private static final int OPT_SIZE = 11;

    private final String domain;
    private final int ttl;

    /// @param domain whose authority it is
    /// @param ttl of every record, seconds
    DnsReply(String domain, int ttl) {
        this.domain = domain;
        this.ttl = ttl;
    }

    /// @param limit bytes that fit; records that do not are left out, and the packet says so
    void write(ByteBuf out, DnsQuestion question, Answer answer, int limit) {
        var start = out.writerIndex();
        out.writeShort(question.id()).writeShort(0);
        out.writeShort(1).writeShort(0).writeShort(0).writeShort(0);
        name(out, question.name());
        out.writeShort(question.type()).writeShort(question.kind());
        // 1. The answer, and nothing at all of what does not fit: the asker comes again by TCP.
        var room = start + limit - (question.extended() ? OPT_SIZE : 0);
        var flags = RESPONSE | RECURSION_AVAILABLE | answer.status();
        flags |= question.recursion() ? RECURSION_DESIRED : 0;
        flags |= answer.status() == Answer.REFUSED ? 0 : AUTHORITATIVE;
        var answers = records(out, answer.records(), room);
        if (answers < answer.records().size()) {
            flags |= TRUNCATED;
        }
        // 2. For what is not there: how long that may be remembered.
        var authority = 0;
        if (answer.records().isEmpty() && answer.status() != Answer.REFUSED) {
            authority = authority(out, room);
        }
        // 3. Addresses that will be asked for next, where they fit.
        var additional = records(out, answer.additional(), room);
        if (question.extended()) {
            out.writeByte(0).writeShort(OPT).writeShort(4096).writeInt(0).writeShort(0);
            additional++;
        }
        out.setShort(start + 2, flags);
        out.setShort(start + 6, answers).setShort(start + 8, authority);
        out.setShort(start + 10, additional);
    }

    /// The header alone, for a packet that could not be read.
    static void failure(ByteBuf out, int id, int status) {
        out.writeShort(id).writeShort(RESPONSE | status).writeLong(0);
    }

    private int records(ByteBuf out, List<DnsRecord> records, int room) {
        var count = 0;
        for (var each : records) {
            var before = out.writerIndex();
            record(out, each);
            if (out.writerIndex() > room) {
                out.writerIndex(before);
                return count;
            }
            count++;
        }
        return count;
    }

    private void record(ByteBuf out, DnsRecord record) {
        name(out, record.name());
        var length =
                switch (record) {
                    case DnsRecord.A(_, var address) -> {
                        var at = head(out, DnsRecord.Type.A);
                        out.writeInt(address);
                        yield at;
                    }
                    case DnsRecord.Cname(_, var target) -> {
                        var at = head(out, DnsRecord.Type.CNAME);
                        name(out, target);
                        yield at;
                    }
                    case DnsRecord.Srv(_, var port, var target) -> {
                        var at = head(out, DnsRecord.Type.SRV);
                        out.writeShort(0).writeShort(100).writeShort(port);
                        name(out, target);
                        yield at;
                    }
                };
        out.setShort(length, out.writerIndex() - length - 2);
    }

    private int authority(ByteBuf out, int room) {
        var before = out.writerIndex();
        name(out, domain);
        var length = head(out, DnsRecord.Type.SOA);
        name(out, "ns.dns." + domain);
        name(out, "hostmaster." + domain);
        out.writeInt(1).writeInt(7200).writeInt(1800).writeInt(86400).writeInt(ttl);
        out.setShort(length, out.writerIndex() - length - 2);
        if (out.writerIndex() > room) {
            out.writerIndex(before);
            return 0;
        }
        return 1;
    }

    /// Answers where the length of the data is to be written.
    private int head(ByteBuf out, DnsRecord.Type type) {
        out.writeShort(type.number).writeShort(INTERNET).writeInt(ttl);
        var at = out.writerIndex();
        out.writeShort(0);
        return at;
    }

    private static void name(ByteBuf out, String name) {
        for (var label : name.split("\\.")) {
            if (!label.isEmpty()) {
                out.writeByte(label.length());
                out.writeCharSequence(label, StandardCharsets.ISO_8859_1);
            }
        }
        out.writeByte(0);
    }
}
