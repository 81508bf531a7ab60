/// What a mesh asks beside the proxy: whether it is ready, how the application is, and the metrics
/// of both. Start here: [AgentPages], then [AppClient].
@NullMarked
package dev.serin.proxy.agent;

import org.jspecify.annotations.NullMarked;
