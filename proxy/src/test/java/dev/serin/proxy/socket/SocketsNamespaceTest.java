package dev.serin.proxy.socket;

import dev.serin.testkit.Child;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Sockets of network namespaces, in a network of their own; see [SocketsInside] for what must
/// hold.
@Tag("namespace")
class SocketsNamespaceTest {
    @Test
    void areMadeInANamespace() throws Exception {
        var command = new ArrayList<>(List.of("unshare", "--net", "--mount"));
        if (!System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(Child.java(SocketsInside.class));
        System.out.println(Child.run(Duration.ofSeconds(60), new ProcessBuilder(command)));
    }
}
