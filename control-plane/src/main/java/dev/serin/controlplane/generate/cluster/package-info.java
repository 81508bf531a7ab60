/// Envoy's clusters for a proxy. Start here: [Clusters], then [ClusterBuilder].
@NullMarked
package dev.serin.controlplane.generate.cluster;

import org.jspecify.annotations.NullMarked;
