/// Certificates and keys as they are handed around. Start here: [PemKeys].
@NullMarked
package dev.serin.identity.x509;

import org.jspecify.annotations.NullMarked;
