package dev.serin.controlplane.install;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.config.codec.YamlReader;
import dev.serin.controlplane.inject.InjectOptions;
import dev.serin.controlplane.inject.ProxyContainer;
import dev.serin.controlplane.registry.Workload;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// The resources that are the mesh itself: istiod and the ingress gateway with their services and
/// accounts, and the webhooks. Pure.
public final class Manifests {
    private static final String GATEWAY = "istio-ingressgateway";

    /// Plurals of the kinds in the template; those that are in no namespace end with `!`.
    private static final Map<String, String> PLURALS =
            Map.of(
                    "Namespace", "namespaces!",
                    "ServiceAccount", "serviceaccounts",
                    "Service", "services",
                    "Deployment", "deployments",
                    "MutatingWebhookConfiguration", "mutatingwebhookconfigurations!",
                    "ValidatingWebhookConfiguration", "validatingwebhookconfigurations!");

    private Manifests() {}

    /// @param namespace usually `istio-system`
    /// @param caBundle PEM of the root that signed the webhook's certificate
    public record Options(
            String namespace, String pilotImage, String caBundle, InjectOptions proxies) {
        public static Options usual(String caBundle, InjectOptions proxies) {
            return new Options("istio-system", "istio/pilot", caBundle, proxies);
        }
    }

    /// In the order in which they are to be created.
    public static List<Resource> of(Options options) {
        var text =
                template()
                        .replace("${namespace}", options.namespace)
                        .replace("${revision}", options.proxies.revision())
                        .replace("${pilotImage}", options.pilotImage)
                        .replace(
                                "${caBundle}",
                                Base64.getEncoder()
                                        .encodeToString(
                                                options.caBundle.getBytes(StandardCharsets.UTF_8)));
        var resources = new ArrayList<Resource>();
        for (var document : YamlReader.read("mesh.yaml", text)) {
            var body = (ObjectNode) document.root();
            var resource = new Resource(kind(body), body);
            if (resource.kind().kind().equals("Deployment") && resource.name().equals(GATEWAY)) {
                gateway(body, options);
            }
            resources.add(resource);
        }
        return List.copyOf(resources);
    }

    private static void gateway(ObjectNode deployment, Options options) {
        var pod = (ObjectNode) deployment.at("/spec/template/spec");
        var workload = Workload.of(GATEWAY, options.namespace, "", Map.of());
        var container = ProxyContainer.of("router", workload, options.proxies);
        var ports = (ArrayNode) container.path("ports");
        for (var port : new int[] {15021, 8080, 8443}) {
            ports.addObject().put("containerPort", port).put("protocol", "TCP");
        }
        pod.withArray("containers").add(container);
        pod.set("volumes", ProxyContainer.volumes());
    }

    private static ResourceKind kind(ObjectNode body) {
        var apiVersion = body.path("apiVersion").asString("");
        var slash = apiVersion.indexOf('/');
        var kind = body.path("kind").asString("");
        var plural = PLURALS.getOrDefault(kind, "");
        return new ResourceKind(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                kind,
                plural.replace("!", ""),
                !plural.endsWith("!"));
    }

    private static String template() {
        try (var in = Manifests.class.getResourceAsStream("mesh.yaml")) {
            if (in == null) {
                throw new IllegalStateException("mesh.yaml is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
