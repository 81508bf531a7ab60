/// Hosts that are asked now and then whether they are well. Start here: [HealthChecks], then
/// [HostCheck], then [HealthConfig].
@NullMarked
package dev.serin.proxy.upstream.health;

import org.jspecify.annotations.NullMarked;
