/// What a proxy tells of its traffic: the package of metrics, that of access logs, that of Istio's
/// standard telemetry. Start here: [EnvoyStats], then the packages `metrics`, `log` and `istio`.
@NullMarked
package dev.serin.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
