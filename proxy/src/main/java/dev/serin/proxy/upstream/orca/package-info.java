/// What hosts report of their own load, and the weights that come of it. Start here:
/// [ReportedLoad], then [OrcaReports].
@NullMarked
package dev.serin.proxy.upstream.orca;

import org.jspecify.annotations.NullMarked;
