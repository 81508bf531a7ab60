/// Envoy's clusters and endpoints into this proxy's own records. Start here: [EndpointCompiler],
/// then [LegacyPolicy], then [PolicyCompiler].
@NullMarked
package dev.serin.proxy.upstream.compile;

import org.jspecify.annotations.NullMarked;
