/// Certificates of Kubernetes' Secrets for the proxies that may have them. Start here:
/// [SecretGenerator].
@NullMarked
package dev.serin.controlplane.generate.secret;

import org.jspecify.annotations.NullMarked;
