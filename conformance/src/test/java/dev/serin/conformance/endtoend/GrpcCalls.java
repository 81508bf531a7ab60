package dev.serin.conformance.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A gRPC server in a pod of a mesh, and calls to it by curl. Its Service has a port whose name
/// says the protocol, and one whose `appProtocol` does.
final class GrpcCalls {
    private static final String SERVER =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: greeter, namespace: default}
            spec:
              selector: {matchLabels: {app: greeter}}
              template:
                metadata: {labels: {app: greeter}}
                spec:
                  containers:
                  - name: server
                    image: curlimages/curl
                    command: [JAVA, -XX:TieredStopAtLevel=1, /load/GrpcServer.java, "9000", greeter]
                    ports: [{containerPort: 9000}]
                    volumeMounts: [{name: load, mountPath: /load}]
                  volumes: [{name: load, hostPath: {path: FOLDER}}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: greeter, namespace: default}
            spec:
              selector: {app: greeter}
              ports:
              - {name: grpc, port: 9000, targetPort: 9000}
              - {name: calls, appProtocol: grpc, port: 9001, targetPort: 9000}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: greeter, namespace: default}
            spec:
              hosts: [greeter.test]
              gateways: [digits-gateway]
              http: [{route: [{destination: {host: greeter, port: {number: 9000}}}]}]
            """;

    private final Person person;
    private final Mesh mesh;
    private final Path folder;
    private int answered;

    GrpcCalls(Person person, Mesh mesh) throws IOException {
        this.person = person;
        this.mesh = mesh;
        folder = Files.createDirectories(person.home().resolve("grpc"));
        var root = Path.of(System.getProperty("serin.root"));
        Files.copy(
                root.resolve("conformance/src/test/resources/load/GrpcServer.java"),
                folder.resolve("GrpcServer.java"));
        Files.write(folder.resolve("message"), new byte[] {0, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'});
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var file =
                Files.writeString(
                        folder.resolve("greeter.yaml"),
                        SERVER.replace("JAVA", java).replace("FOLDER", folder.toString()));
        person.kubectl("apply", "-f", file.toString()).succeeded();
        person.kubectl("rollout", "status", "deployment/greeter", "--timeout=60s").succeeded();
    }

    /// Waits until the server answers.
    void await() {
        Eventually.eventually(
                Duration.ofSeconds(30),
                "the server answers",
                () -> call(gateway("--http2-prior-knowledge")).contains("greeter: hello"));
    }

    /// A call from this machine.
    ///
    /// @param version curl's word for the version of HTTP
    void throughTheGateway(String version) {
        answers(gateway(version), version);
    }

    /// A call from a pod with a sidecar.
    void fromAPod(String version, int port) {
        var words =
                List.of(
                        "kubectl",
                        "exec",
                        "-i",
                        "deploy/digits-v1",
                        "-c",
                        "model-server",
                        "--",
                        "sh",
                        "-c",
                        // the container does not see the machine's files
                        "printf '\\000\\000\\000\\000\\005hello' | "
                                + String.join(" ", curl(version, "-", "http://greeter:" + port)));
        answers(words, version);
    }

    /// What the server's sidecar counted as calls that went well.
    void areCounted() {
        var text =
                person.kubectl(
                                "exec",
                                "deploy/greeter",
                                "-c",
                                "istio-proxy",
                                "--",
                                "curl",
                                "-sS",
                                "127.0.0.1:15090/stats/prometheus")
                        .succeeded()
                        .out();
        var counted =
                text.lines()
                        .filter(l -> l.startsWith("istio_requests_total{"))
                        .filter(l -> l.contains("reporter=\"destination\""))
                        .filter(l -> l.contains("request_protocol=\"grpc\""))
                        .filter(l -> l.contains("grpc_response_status=\"0\""))
                        .mapToInt(l -> (int) Double.parseDouble(l.substring(l.lastIndexOf(' '))))
                        .sum();
        assertEquals(answered, counted, text);
    }

    private void answers(List<String> words, String version) {
        var said = call(words);
        assertTrue(said.contains("greeter: hello"), version + ": " + said);
        if (version.equals("--http2-prior-knowledge")) {
            assertTrue(said.contains("grpc-status: 0"), said);
        }
    }

    private String call(List<String> words) {
        var said = person.run(30, words.toArray(new String[0]));
        if (said.out().contains("greeter: hello")) {
            answered++;
        }
        return said.out() + said.err();
    }

    private List<String> gateway(String version) {
        var url = mesh.url().replaceAll("(http://[^/]+)/.*", "$1");
        var words =
                new java.util.ArrayList<>(curl(version, folder.resolve("message").toString(), url));
        words.addAll(List.of("-H", "host:greeter.test"));
        return words;
    }

    private static List<String> curl(String version, String body, String url) {
        return List.of(
                "curl",
                "-sS",
                "--max-time",
                "10",
                version,
                "-D",
                "-",
                "-H",
                "content-type:application/grpc",
                "-H",
                "te:trailers",
                "--data-binary",
                "@" + body,
                url + "/test.Greeter/Greet");
    }
}
