package dev.serin.proxy;

import dev.serin.testkit.Child;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Connections that netfilter has led to the proxy, in a network of their own; see
/// [RedirectedInside] for what must hold.
@Tag("namespace")
class RedirectedTest {
    @Test
    void goWhereTheirClientsMeant() throws Exception {
        var root = System.getProperty("user.name").equals("root");
        var command = new ArrayList<>(List.of("unshare", "--net"));
        if (!root) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(Child.java(RedirectedInside.class));
        Child.run(Duration.ofSeconds(60), new ProcessBuilder(command));
    }
}
