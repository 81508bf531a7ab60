/// Times that come again, as cron writes them. Start here: [CronSchedule].
@NullMarked
package dev.serin.local.cron;

import org.jspecify.annotations.NullMarked;
