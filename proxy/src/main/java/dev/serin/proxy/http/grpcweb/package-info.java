/// gRPC for browsers. Start here: [GrpcWebFilters], then [GrpcWebFilter].
@NullMarked
package dev.serin.proxy.http.grpcweb;

import org.jspecify.annotations.NullMarked;
