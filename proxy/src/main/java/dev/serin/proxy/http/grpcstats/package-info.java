/// Counts the messages of gRPC streams. Start here: [GrpcStatsFilters].
@NullMarked
package dev.serin.proxy.http.grpcstats;

import org.jspecify.annotations.NullMarked;
