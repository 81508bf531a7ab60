/// Faults on purpose: delays and failures of a share of the requests. Start here: [FaultFactory],
/// then [Fault].
@NullMarked
package dev.serin.proxy.http.fault;

import org.jspecify.annotations.NullMarked;
