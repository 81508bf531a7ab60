package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.OutputStream;
import java.net.InetAddress;

/// What is wrong with a configuration is said before anything starts; all of it beside a real Envoy
/// is conformance's RefusalsTest.
class ValidateTest {
    private static final String LISTENER =
            """
            static_resources:
              listeners:
              - name: main
                address: {socket_address: {address: 127.0.0.1, port_value: 10000}}
                filter_chains:
                - name: all
                  filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: main
                      route_config:
                        VALIDATE
                        virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: a}}]}
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """;
    private static final String CLUSTERS = "  clusters: [{name: a, type: STATIC}]\n";

    private static ProxyRuntime.Machine machine;

    @BeforeAll
    static void start() {
        machine = ProxyRuntime.ofMachine(1);
    }

    @AfterAll
    static void stop() {
        machine.close();
    }

    private static void validate(String yaml) {
        Proxy.validate(
                FileBootstrap.read("mine.yaml", yaml.replace("VALIDATE", "name: routes")),
                new ProxyPlace(
                        new HostSockets(Transport.best(), 0),
                        InetAddress::getByName,
                        ContainerFiles.SAME,
                        OutputStream.nullOutputStream()),
                machine.runtime());
    }

    private static void says(String yaml, String part) {
        var text = assertThrows(ProblemException.class, () -> validate(yaml)).getMessage();
        assertTrue(String.valueOf(text).contains(part), text);
    }

    @Test
    void aRouteToAClusterThatNobodyDeclaredIsRefusedUnlessToldOtherwise() {
        validate(LISTENER + CLUSTERS);
        says(LISTENER, "Listener 'main': filter_chains['all'].route_config: a route names the");
        validate(LISTENER.replace("VALIDATE", "validate_clusters: false"));
        says(LISTENER.replace("VALIDATE", "validate_clusters: true"), "names the cluster 'a'");
    }

    @Test
    void twoListenersAtOneAddressAreRefused() {
        var first = LISTENER.indexOf("  - name: main");
        var two = LISTENER.substring(0, first) + LISTENER.substring(first);
        var second = LISTENER.substring(first).replace("name: main\n    a", "name: other\n    a");
        says(two + second + CLUSTERS, "10000 is that of the listener 'main' already");
        validate(two + second.replace("10000", "10001") + CLUSTERS);
    }

    @Test
    void onlyTheFirstMistakeIsTold() {
        says(
                LISTENER + CLUSTERS.replace("STATIC", "EDS"),
                "Cluster 'a': eds_cluster_config.eds_config: is not set");
    }

    @Test
    void aSecretThatIsNowhereIsRefused() {
        says(
                LISTENER
                        + """
                          clusters:
                          - name: a
                            type: STATIC
                            transport_socket:
                              name: tls
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                                common_tls_context: {tls_certificate_sds_secret_configs: [{name: mine}]}
                        """
                                .indent(0),
                "names the secret 'mine', which static_resources.secrets has not");
    }
}
