/// Kinds that users define (CustomResourceDefinition): what is asked of a definition, and what its
/// structural schema then asks of resources. Start here: [Definitions], then [Definition].
@NullMarked
package dev.serin.local.api.custom;

import org.jspecify.annotations.NullMarked;
