package dev.serin.base.time;

import java.time.Duration;

/// Does something later. Tasks run on the timers' own thread and must not block: hand real work to
/// an [dev.serin.base.flow.Owner] or an executor.
public interface Timers {
    /// Runs `task` once after `delay`. Any thread may call and cancel.
    Timer after(Duration delay, Runnable task);

    /// Runs `task` every `period`, first after one period; a slow run delays the next, none
    /// overlap.
    Timer every(Duration period, Runnable task);

    /// A task that is still to come.
    interface Timer {
        /// After this the task does not start any more; idempotent.
        void cancel();
    }
}
