/// The certificate authority, the only place of BouncyCastle. Start here: [CertificateAuthority].
@NullMarked
package dev.serin.ca;

import org.jspecify.annotations.NullMarked;
