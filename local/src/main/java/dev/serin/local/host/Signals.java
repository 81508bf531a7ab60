package dev.serin.local.host;

import java.lang.reflect.Proxy;

/// Signals, taken before the virtual machine acts on them, so that the second one that asks to end
/// can mean something else than the first. The class for it, of module jdk.unsupported, is looked
/// up by name, since naming it in source is a warning that can't be silenced.
public final class Signals {
    private Signals() {}

    /// Runs `task` on each SIGINT, SIGTERM and SIGHUP, on a thread of the virtual machine's. A
    /// virtual machine without that class ends at the first signal.
    public static void onEnd(Runnable task) {
        on(task, "INT", "TERM", "HUP");
    }

    /// Runs `task` on each of the signals, named without SIG.
    public static void on(Runnable task, String... names) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var told =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, _, _) -> {
                                task.run();
                                return null;
                            });
            for (var name : names) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), told);
            }
        } catch (ReflectiveOperationException _) {
            // As said above.
        }
    }
}
