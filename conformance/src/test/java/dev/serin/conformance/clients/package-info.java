/// The suites and clients that people use, held to our proxy: h2spec, curl, h2load, grpc-java and
/// grpcio. Start here: [Behind], then [GrpcJavaTest].
@NullMarked
package dev.serin.conformance.clients;

import org.jspecify.annotations.NullMarked;
