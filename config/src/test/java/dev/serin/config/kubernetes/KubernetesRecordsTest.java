package dev.serin.config.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Manifests;
import dev.serin.config.ResourceKey;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class KubernetesRecordsTest {
    @Test
    void aService() {
        var service =
                Service.from(
                        Manifests.resource(
                                """
                                apiVersion: v1
                                kind: Service
                                metadata: {name: a, namespace: ns}
                                spec:
                                  type: LoadBalancer
                                  clusterIP: 10.96.0.5
                                  selector: {app: a}
                                  ports:
                                  - {port: 80, targetPort: http, name: web, appProtocol: http}
                                  - {port: 9000, name: raw}
                                status: {loadBalancer: {ingress: [{ip: 127.0.0.2}]}}
                                """));

        assertEquals(Service.Type.LOADBALANCER, service.type());
        assertEquals(List.of("10.96.0.5"), service.clusterIps());
        assertEquals(List.of("127.0.0.2"), service.loadBalancerAddresses());
        assertEquals(
                List.of(
                        new Service.Port(
                                "web", "TCP", "http", 80, new PortReference.Named("http"), 0),
                        new Service.Port(
                                "raw", "TCP", "", 9000, new PortReference.Numbered(9000), 0)),
                service.ports());
        assertFalse(service.headless());
    }

    @Test
    void aHeadlessServiceHasNoAddress() {
        var service =
                Service.from(
                        Manifests.resource(
"""
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {clusterIP: None}
"""));

        assertTrue(service.headless());
        assertEquals(List.of(), service.clusterIps());
    }

    @Test
    void aPod() {
        var pod =
                Pod.from(
                        Manifests.resource(
                                """
                                apiVersion: v1
                                kind: Pod
                                metadata:
                                  name: a-1
                                  namespace: ns
                                  labels: {app: a}
                                  deletionTimestamp: 2026-01-01T00:00:00Z
                                  ownerReferences:
                                  - {apiVersion: apps/v1, kind: ReplicaSet, name: a, uid: u, controller: true}
                                spec:
                                  serviceAccountName: bot
                                  nodeName: here
                                  initContainers: [{name: sidecar, image: p, restartPolicy: Always}]
                                  containers: [{name: web, image: b, ports: [{containerPort: 8080, name: http}]}]
                                status:
                                  phase: Running
                                  podIP: 10.244.0.7
                                  conditions: [{type: Ready, status: 'True'}]
                                """));

        assertEquals("10.244.0.7", pod.ip());
        assertTrue(pod.ready());
        assertTrue(pod.terminating());
        assertEquals("bot", pod.serviceAccount());
        assertEquals(new ResourceKey("replicasets.apps", "ns", "a"), pod.controller());
        assertEquals(8080, pod.number(new PortReference.Named("http")));
        assertEquals(0, pod.number(new PortReference.Named("none")));
        assertEquals(5, pod.number(new PortReference.Numbered(5)));
        assertTrue(pod.containers().getFirst().initContainer());
        assertEquals(Map.of("app", "a"), pod.metadata().labels());
    }

    @Test
    void anEndpointSlice() {
        var slice =
                EndpointSlice.from(
                        Manifests.resource(
                                """
                                apiVersion: discovery.k8s.io/v1
                                kind: EndpointSlice
                                metadata: {name: a-x, namespace: ns, labels: {kubernetes.io/service-name: a}}
                                addressType: IPv4
                                ports: [{name: web, port: 8080}]
                                endpoints:
                                - addresses: [10.244.0.7]
                                  targetRef: {kind: Pod, name: a-1}
                                - addresses: [10.244.0.8]
                                  conditions: {ready: false, terminating: true}
                                  zone: z
                                """));

        assertEquals("a", slice.service());
        var first = slice.endpoints().get(0);
        assertTrue(first.ready());
        assertEquals(new ResourceKey("pods", "ns", "a-1"), first.pod());
        var second = slice.endpoints().get(1);
        assertFalse(second.ready() || second.serving());
        assertTrue(second.terminating());
    }

    @Test
    void aNodeAndANamespace() {
        var node =
                Node.from(
                        Manifests.resource(
                                """
                                apiVersion: v1
                                kind: Node
                                metadata: {name: here, labels: {topology.kubernetes.io/zone: z}}
                                status:
                                  addresses: [{type: Hostname, address: h}, {type: InternalIP, address: 10.0.0.1}]
                                  conditions: [{type: Ready, status: 'True'}]
                                """));
        assertEquals(List.of("10.0.0.1"), node.internalIps());
        assertEquals("z", node.zone());
        assertTrue(node.ready());

        var namespace =
                Namespace.from(
                        Manifests.resource(
                                "{apiVersion: v1, kind: Namespace, metadata: {name: a}}"));
        assertEquals("Active", namespace.phase());
        assertEquals(new ResourceKey("namespaces", "", "a"), namespace.metadata().key());
    }
}
