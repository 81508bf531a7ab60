/// Controllers of pods that run to an end: Jobs, and CronJobs which make them. Start here:
/// [JobController], then [JobEnd].
@NullMarked
package dev.serin.local.controllers.batch;

import org.jspecify.annotations.NullMarked;
