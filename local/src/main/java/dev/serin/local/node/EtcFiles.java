package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;
import dev.serin.local.host.Namespaces;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The files of `/etc` that a pod has of its own: where names are asked for, and its own name.
final class EtcFiles {
    private EtcFiles() {}

    /// @throws ProblemException if the folder cannot be written
    static void write(Path folder, Resource pod, String address) {
        var namespace = pod.namespace();
        var hostname = pod.spec().path("hostname").asString(pod.name());
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("resolv.conf"),
                    "nameserver %s\nsearch %s.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
                            .formatted(Namespaces.DNS, namespace));
            var hosts = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n");
            hosts.append(address).append('\t').append(hostname).append('\n');
            for (var alias : pod.spec().path("hostAliases")) {
                for (var name : alias.path("hostnames")) {
                    hosts.append(alias.path("ip").asString(""))
                            .append('\t')
                            .append(name.asString(""))
                            .append('\n');
                }
            }
            Files.writeString(folder.resolve("hosts"), hosts);
            Files.writeString(folder.resolve("hostname"), hostname + "\n");
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "pod " + pod.name(),
                            String.valueOf(e),
                            "see that the state folder can be written"),
                    e);
        }
    }
}
