package dev.serin.controlplane.generate.secret;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.Gateway;
import dev.serin.config.kubernetes.Secret;
import dev.serin.controlplane.generate.Secrets;
import dev.serin.controlplane.mesh.GatewayServers;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;

import org.jspecify.annotations.Nullable;

import java.util.stream.Stream;

/// `kubernetes://NAME` is the certificate in a Secret, `kubernetes://NAME-cacert` whom to trust:
/// from the Secret of that name, else from NAME. Only Secrets of the namespace that the caller has
/// proved to be of, and only those that a Gateway or DestinationRule names to it. Nothing is kept:
/// keys are in the snapshot and on the wire only.
public final class SecretGenerator {
    private static final String AUTHORITIES = "-cacert";

    private SecretGenerator() {}

    /// @param namespace that the caller's credentials name, empty for a caller without: it is told
    ///   nothing
    public static @Nullable XdsResource find(
            MeshSnapshot mesh, ProxyScope scope, String namespace, String resource) {
        if (namespace.isEmpty() || !resource.startsWith(Secrets.KUBERNETES)) {
            return null;
        }
        var name = resource.substring(Secrets.KUBERNETES.length());
        var trust = name.endsWith(AUTHORITIES);
        var bare = trust ? name.substring(0, name.length() - AUTHORITIES.length()) : name;
        if (!isNamed(mesh, scope, bare)) {
            return null;
        }
        if (!trust) {
            return certificate(secret(mesh, namespace, name), resource);
        }
        var apart = secret(mesh, namespace, name);
        return authorities(apart == null ? secret(mesh, namespace, bare) : apart, resource);
    }

    private static @Nullable Secret secret(MeshSnapshot mesh, String namespace, String name) {
        return mesh.secrets().get(new ResourceKey("secrets", namespace, name));
    }

    private static boolean isNamed(MeshSnapshot mesh, ProxyScope scope, String name) {
        if (mesh.policies().credentials(mesh.policies().caller(scope)).contains(name)) {
            return true;
        }
        return scope.role() == ProxyScope.Role.ROUTER
                && GatewayServers.of(mesh, scope).stream()
                        .map(s -> s.server().tls())
                        .flatMap(SecretGenerator::names)
                        .anyMatch(name::equals);
    }

    private static Stream<String> names(Gateway.@Nullable ServerTls tls) {
        return tls == null
                ? Stream.empty()
                : Stream.concat(
                        Stream.of(tls.credentialName(), tls.caCertCredentialName()),
                        tls.credentialNames().stream());
    }

    private static @Nullable XdsResource certificate(@Nullable Secret secret, String name) {
        if (secret == null || secret.certificate().isEmpty() || secret.key().isEmpty()) {
            return null;
        }
        var certificate =
                TlsCertificate.newBuilder()
                        .setCertificateChain(text(secret.certificate()))
                        .setPrivateKey(text(secret.key()));
        return of(name, secret(name).setTlsCertificate(certificate));
    }

    private static @Nullable XdsResource authorities(@Nullable Secret secret, String name) {
        if (secret == null || secret.authorities().isEmpty()) {
            return null;
        }
        var context =
                CertificateValidationContext.newBuilder().setTrustedCa(text(secret.authorities()));
        if (!secret.revoked().isEmpty()) {
            context.setCrl(text(secret.revoked()));
        }
        return of(name, secret(name).setValidationContext(context));
    }

    private static io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.Builder secret(
            String name) {
        return io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.newBuilder()
                .setName(name);
    }

    private static XdsResource of(
            String name,
            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.Builder secret) {
        return XdsResource.of(ResourceType.SECRET, name, secret.build());
    }

    private static DataSource text(String pem) {
        return DataSource.newBuilder().setInlineString(pem).build();
    }
}
