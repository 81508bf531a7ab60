/// Hosts that fail more than others are left out for a while, judged by the traffic itself. Start
/// here: [OutlierDetector], then [HostRecord].
@NullMarked
package dev.serin.proxy.upstream.outlier;

import org.jspecify.annotations.NullMarked;
