package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;
import dev.serin.proxy.snapshot.Validation;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;

import io.envoyproxy.envoy.config.core.v3.Node;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the control plane is known to generate, by its own golden files, against what this proxy
/// reads.
class GoldenResourcesTest {
    private static final Path GOLDEN = Path.of("../control-plane/src/test/resources/golden");
    private static final String FILE_THAT_MUST_BE_THERE = "(?m)^( *)crl:\n *filename: .*\n";
    private final UnreadFields unread = new UnreadFields(FieldLists.own(), KnownTypes::find);

    static List<String> cases() throws IOException {
        try (var files = Files.list(GOLDEN)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".in.yaml"))
                    .map(n -> n.substring(0, n.length() - ".in.yaml".length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everythingIsReadWhole(String name) throws IOException {
        assertEquals(Set.of(), unread(name));
    }

    /// Each proxy's resources as its stream would bring them: nothing is refused.
    @ParameterizedTest
    @MethodSource("cases")
    void everythingIsTaken(String name) throws IOException {
        var proxies = new TreeMap<String, List<ConfigUpdate>>();
        for (var kind : List.of("clusters", "endpoints", "listeners", "routes")) {
            var text =
                    Files.readString(GOLDEN.resolve(name + "." + kind + ".yaml"))
                            .replaceAll(FILE_THAT_MUST_BE_THERE, "$1max_verify_depth: 9\n");
            for (var document : text.split("(?m)^--- # ")) {
                var line = document.indexOf('\n');
                if (line > 0) {
                    var updates =
                            proxies.computeIfAbsent(
                                    document.substring(0, line), _ -> new ArrayList<>());
                    Yaml.all(document.substring(line)).forEach(r -> updates.add(update(r)));
                }
            }
        }
        assertTrue(!proxies.isEmpty());
        for (var proxy : proxies.entrySet()) {
            assertEquals(List.of(), rejected(proxy.getValue()), proxy.getKey());
        }
    }

    private static ConfigUpdate update(Any resource) {
        try {
            var type = resource.getTypeUrl();
            var message = KnownTypes.registry().find(type.substring(type.lastIndexOf('/') + 1));
            return Yaml.update(DynamicMessage.parseFrom(message, resource.getValue()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Rejected> rejected(List<ConfigUpdate> updates) {
        try (var machine = ProxyRuntime.ofMachine(1)) {
            var place =
                    new ProxyPlace(
                            new HostSockets(Transport.best(), 0),
                            InetAddress::getByName,
                            ContainerFiles.SAME,
                            new PrintStream(OutputStream.nullOutputStream()));
            var telemetry = new ProxyTelemetry(Node.getDefaultInstance(), place, machine.runtime());
            var extensions = LivePlane.extensions(place, machine.runtime(), telemetry);
            var rejected = new Validation(extensions, machine.runtime().draws()).of(updates);
            telemetry.end().join();
            return rejected;
        }
    }

    private Set<String> unread(String name) throws IOException {
        var found = new TreeSet<String>();
        for (var kind : List.of("clusters", "endpoints", "listeners", "routes")) {
            var resources = Yaml.all(Files.readString(GOLDEN.resolve(name + "." + kind + ".yaml")));
            assertTrue(!resources.isEmpty() || kind.equals("routes"), name + "." + kind);
            for (Any resource : resources) {
                var url = resource.getTypeUrl();
                var type = KnownTypes.registry().find(url.substring(url.lastIndexOf('/') + 1));
                unread.in(type, resource.getValue()).forEach(u -> found.add(shape(u.field())));
            }
        }
        return found;
    }

    /// A path without the names and numbers in it.
    private static String shape(String path) {
        return path.replaceAll("\\[[^]]*]", "");
    }
}
