package dev.serin.config.kubernetes;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A Secret as far as it holds certificates; the texts are PEM, empty where there is none.
///
/// @param authorities whom to trust
/// @param revoked certificates that are no longer good
public record Secret(
        Metadata metadata, String certificate, String key, String authorities, String revoked) {
    public static Secret from(Resource resource) {
        return new Secret(
                Metadata.from(resource),
                either(resource, "tls.crt", "cert"),
                either(resource, "tls.key", "key"),
                either(resource, "ca.crt", "cacert"),
                either(resource, "ca.crl", "crl"));
    }

    /// Whether there is anything in it for a proxy.
    public boolean isOfUse() {
        return !authorities.isEmpty() || (!certificate.isEmpty() && !key.isEmpty());
    }

    /// Never what is inside.
    @Override
    public String toString() {
        return "Secret " + metadata.namespace() + "/" + metadata.name();
    }

    /// The field of `kubernetes.io/tls`, else that of Istio's own form.
    private static String either(Resource resource, String usual, String istios) {
        var value = text(resource, usual);
        var found = value == null ? text(resource, istios) : value;
        return found == null ? "" : found;
    }

    private static @Nullable String text(Resource resource, String field) {
        var plain = resource.body().path("stringData").path(field);
        if (plain.isString()) {
            return plain.stringValue();
        }
        var data = resource.body().path("data").path(field);
        try {
            return data.isString()
                    ? new String(
                            Base64.getDecoder().decode(data.stringValue()), StandardCharsets.UTF_8)
                    : null;
        } catch (IllegalArgumentException e) {
            return null; // not base64: the API refuses such a Secret, a file's check has said so
        }
    }
}
