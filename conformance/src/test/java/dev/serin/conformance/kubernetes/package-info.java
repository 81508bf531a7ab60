/// The local API held to a real kube-apiserver: the same commands and the same client against both.
/// Start here: [KubectlComparisonTest], then [RealKubernetes].
@NullMarked
package dev.serin.conformance.kubernetes;

import org.jspecify.annotations.NullMarked;
