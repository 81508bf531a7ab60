/// Counters, gauges and histograms of one proxy, and their text for Prometheus. Start here:
/// [Metrics], then [Family].
@NullMarked
package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.NullMarked;
