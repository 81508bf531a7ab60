package dev.serin.controlplane;

import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.controlplane.status.StatusWriter;
import dev.serin.xds.server.CallerAuthenticator;
import dev.serin.xds.server.Transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Serves files to a proxy by hand: `ServeFiles PORT FILE…`; reads them again when they change.
public final class ServeFiles {
    private ServeFiles() {}

    public static void main(String[] args) throws Exception {
        var source = new MemorySource();
        for (var i = 1; i < args.length; i++) {
            source.put(Files.readString(Path.of(args[i])));
        }
        var loops = Transport.loops(1);
        StatusWriter status = (key, _, conditions) -> System.out.println(key + " " + conditions);
        var observer =
                new Observer() {
                    @Override
                    public void rejected(String proxy, String what) {
                        System.out.println("REJECTED " + proxy + " " + what);
                    }

                    @Override
                    public void failed(String what, Throwable cause) {
                        System.out.println("FAILED " + what);
                        cause.printStackTrace();
                    }

                    @Override
                    public void refused(String peer, String why) {
                        System.out.println("REFUSED " + peer + " " + why);
                    }
                };
        var plane =
                new ControlPlane(
                        source,
                        Options.USUAL,
                        CallerAuthenticator.OPEN,
                        status,
                        observer,
                        Ticker.system(),
                        new ThreadTimers("timers", Throwable::printStackTrace));
        plane.start();
        var port = Integer.parseInt(args[0]);
        plane.listen(
                Transport.plain(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), loops),
                List.of());
        var before = "";
        while (true) {
            LockSupport.parkNanos(200_000_000);
            var now = Files.readString(Path.of(args[1]));
            if (!now.equals(before)) {
                source.put(now);
                before = now;
            }
        }
    }
}
