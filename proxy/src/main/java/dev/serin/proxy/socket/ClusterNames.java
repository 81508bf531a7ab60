package dev.serin.proxy.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Turns host names into addresses as a pod's own `resolv.conf` says, although this process sees
/// another one. Blocks; for control traffic only.
///
/// @param resolvConf read anew for each name; when it is missing this machine's names count
/// @param question asks the servers that it lists
public record ClusterNames(Path resolvConf, DnsQuestion question) {
    /// @throws IOException if nobody knows the name
    public InetAddress resolve(String host) throws IOException {
        if (host.indexOf(':') >= 0 || host.matches("[0-9.]+")) {
            return InetAddress.ofLiteral(host);
        }
        if (!Files.exists(resolvConf)) {
            return InetAddress.getAllByName(host)[0];
        }
        var servers = new ArrayList<String>();
        var search = List.<String>of();
        var ndots = 1;
        for (var line : Files.readAllLines(resolvConf)) {
            var words = line.strip().split("\\s+");
            switch (words[0]) {
                case "nameserver" -> servers.add(words[1]);
                case "search" -> search = List.of(words).subList(1, words.length);
                case "options" -> ndots = ndots(words, ndots);
                default -> {}
            }
        }
        for (var name : candidates(host, search, ndots)) {
            var found = question.ask(name, servers);
            if (found != null) {
                return found;
            }
        }
        throw new UnknownHostException(host + " (asked " + servers + ", search " + search + ")");
    }

    private static List<String> candidates(String host, List<String> search, int ndots) {
        var names = new ArrayList<String>();
        if (!host.endsWith(".")) {
            search.forEach(domain -> names.add(host + "." + domain));
        }
        var dots = host.chars().filter(c -> c == '.').count();
        names.add(dots >= ndots ? 0 : names.size(), host);
        return names;
    }

    private static int ndots(String[] words, int otherwise) {
        for (var word : words) {
            if (word.matches("ndots:[0-9]{1,2}")) {
                return Integer.parseInt(word.substring("ndots:".length()));
            }
        }
        return otherwise;
    }
}
