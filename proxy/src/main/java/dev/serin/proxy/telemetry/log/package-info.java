/// Access logs: Envoy's format strings, and lines that leave the event loop without waiting. Start
/// here: [FileAccessLogs], then [LogLines].
@NullMarked
package dev.serin.proxy.telemetry.log;

import org.jspecify.annotations.NullMarked;
