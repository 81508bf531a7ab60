package dev.serin.local.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The DNS servers of `resolv.conf`, as resolv.conf(5) writes them. Those with IPv6 addresses are
/// left out, since pods' queries go out by IPv4.
final class Resolvers {
    private Resolvers() {}

    /// Their addresses, a blank between two; none if the file can't be read.
    static String ofMachine() {
        try {
            return of(Files.readAllLines(Path.of("/etc/resolv.conf")));
        } catch (IOException _) {
            return "";
        }
    }

    static String of(List<String> lines) {
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .filter(address -> address.matches("\\d+\\.\\d+\\.\\d+\\.\\d+"))
                .collect(Collectors.joining(" "));
    }
}
