/// Who is who in the mesh. Start here: [SpiffeId], then [TrustDomain], then the package `x509`.
@NullMarked
package dev.serin.identity;

import org.jspecify.annotations.NullMarked;
