package dev.serin.local.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.util.List;

/// Commands in running containers, and connections to their ports. Any thread; calls block.
public interface PodStreams {
    /// Starts a command beside what the container runs.
    ///
    /// @throws Refusal in the kubelet's words if the container does not run
    Session exec(String namespace, String pod, String container, Wanted wanted) throws IOException;

    /// Connects to a port as from inside the pod.
    ///
    /// @throws IOException if nothing listens there
    /// @throws Refusal if the pod does not run
    SocketChannel connect(String namespace, String pod, int port) throws IOException;

    /// @param tty on a terminal, with what it prints on one stream
    record Wanted(List<String> command, boolean tty) {}

    /// A command that runs.
    interface Session {
        OutputStream input();

        InputStream output();

        /// Empty with a terminal.
        InputStream errors();

        /// The size of the terminal; nothing without one.
        void resize(int columns, int rows);

        /// Waits for its end.
        ///
        /// @return the exit code
        int await() throws InterruptedException;

        /// Ends it and what it started.
        void kill();
    }

    /// No pod runs.
    PodStreams NONE =
            new PodStreams() {
                @Override
                public Session exec(String namespace, String pod, String container, Wanted wanted) {
                    throw notRunning(container);
                }

                @Override
                public SocketChannel connect(String namespace, String pod, int port) {
                    throw Refusal.fault("unable to forward port because pod is not running");
                }
            };

    static Refusal notRunning(String container) {
        return new Refusal(
                500,
                "InternalError",
                "unable to upgrade connection: container not found (\"" + container + "\")");
    }
}
