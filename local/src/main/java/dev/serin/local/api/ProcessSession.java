package dev.serin.local.api;

import java.io.InputStream;
import java.io.OutputStream;

/// A command that runs as a process of this machine. Without a terminal, unless it says otherwise.
public interface ProcessSession extends PodStreams.Session {
    Process process();

    @Override
    default OutputStream input() {
        return process().getOutputStream();
    }

    @Override
    default InputStream output() {
        return process().getInputStream();
    }

    @Override
    default InputStream errors() {
        return process().getErrorStream();
    }

    @Override
    default void resize(int columns, int rows) {}

    @Override
    default int await() throws InterruptedException {
        return process().waitFor();
    }

    @Override
    default void kill() {
        // From within: a program that enters a container passes no signal on.
        process().descendants().forEach(ProcessHandle::destroyForcibly);
        process().destroyForcibly();
    }
}
