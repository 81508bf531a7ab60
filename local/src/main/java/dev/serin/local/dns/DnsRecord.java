package dev.serin.local.dns;

import java.util.List;

/// One resource record of an answer. Names are without the last dot.
sealed interface DnsRecord {
    String name();

    record A(String name, int address) implements DnsRecord {}

    record Cname(String name, String target) implements DnsRecord {}

    record Srv(String name, int port, String target) implements DnsRecord {}

    /// What is asked, by number.
    enum Type {
        A(1),
        CNAME(5),
        SOA(6),
        AAAA(28),
        SRV(33),
        ANY(255);

        final int number;

        Type(int number) {
            this.number = number;
        }
    }

    /// An answer.
    ///
    /// @param status 0: there is such a name, though maybe nothing of the asked type; 3: there is
    ///   none; 5: not for us to say
    record Answer(int status, List<DnsRecord> records, List<DnsRecord> additional) {
        static final int NAME_ERROR = 3;
        static final int REFUSED = 5;

        static Answer of(List<? extends DnsRecord> records) {
            return new Answer(0, List.copyOf(records), List.of());
        }

        static Answer status(int status) {
            return new Answer(status, List.of(), List.of());
        }
    }
}
