/// The functions that Kubernetes adds to CEL, and what is the same in it. Start here:
/// [KubernetesFunctions], then [Functions].
@NullMarked
package dev.serin.local.api.cel.function;

import org.jspecify.annotations.NullMarked;
