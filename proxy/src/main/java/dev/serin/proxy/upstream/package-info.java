/// Clusters and their hosts, live. Start here: [ClusterConfig], then [LiveCluster], then [Host].
@NullMarked
package dev.serin.proxy.upstream;

import org.jspecify.annotations.NullMarked;
