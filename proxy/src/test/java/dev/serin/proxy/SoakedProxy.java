package dev.serin.proxy;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.ThreadTimers;
import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.Discovery;
import dev.serin.proxy.bootstrap.Ports;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The proxy of the [Soak] in a process of its own, as the product has it, that says on demand what
/// it holds. Line by line: `count` → a [Count] as its fields, `live` → what is alive.
final class SoakedProxy {
    private SoakedProxy() {}

    /// What a proxy holds.
    ///
    /// @param connections from clients and to hosts
    /// @param live things of [LeftOver]
    /// @param timers that are set
    /// @param buffers octets of them in use
    /// @param arenas octets that the pool of buffers has
    /// @param heap octets in use after a collection
    record Count(
            long connections,
            long fds,
            long threads,
            long live,
            long timers,
            long buffers,
            long arenas,
            long heap) {
        static Count of(String line) {
            var fields = new Scanner(line);
            return new Count(
                    fields.nextLong(),
                    fields.nextLong(),
                    fields.nextLong(),
                    fields.nextLong(),
                    fields.nextLong(),
                    fields.nextLong(),
                    fields.nextLong(),
                    fields.nextLong());
        }

        String line() {
            return connections
                    + " "
                    + fds
                    + " "
                    + threads
                    + " "
                    + live
                    + " "
                    + timers
                    + " "
                    + buffers
                    + " "
                    + arenas
                    + " "
                    + heap;
        }
    }

    /// @param arguments the control plane's port
    public static void main(String[] arguments) throws Exception {
        var server = new HostPort("127.0.0.1", Integer.parseInt(arguments[0]));
        var options =
                new ProxyOptions(
                        Node.newBuilder().setId("sidecar~127.0.0.1~soak.shop~shop.svc").build(),
                        new Discovery(server, null, null),
                        List.of(),
                        Ports.FREE,
                        new Application("127.0.0.1", Map.of(), null));
        var machine = ProxyRuntime.ofMachine(2);
        var proxy =
                new Proxy(
                        options,
                        new ProxyPlace(
                                new HostSockets(Transport.best(), 0),
                                _ -> InetAddress.getLoopbackAddress(),
                                ContainerFiles.SAME,
                                OutputStream.nullOutputStream()),
                        machine.runtime());
        proxy.start();
        proxy.ready().get(60, TimeUnit.SECONDS);
        System.out.println("ready");
        var orders = new Scanner(System.in, StandardCharsets.UTF_8);
        while (orders.hasNextLine()) {
            if (orders.nextLine().equals("live")) {
                System.out.println(LeftOver.list());
            } else {
                System.gc();
                System.out.println(count(proxy, machine).line());
            }
        }
        proxy.close();
        proxy.ended().get(10, TimeUnit.SECONDS);
        machine.close();
    }

    private static Count count(Proxy proxy, ProxyRuntime.Machine machine) throws Exception {
        var runtime = Runtime.getRuntime();
        var live = LeftOver.list();
        return new Count(
                proxy.plane().connections()
                        + live.stream().filter(name -> name.startsWith("connection ")).count(),
                entries("/proc/self/fd"),
                entries("/proc/self/task"),
                live.size(),
                timers(machine),
                PooledByteBufAllocator.DEFAULT.pinnedDirectMemory(),
                PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory(),
                runtime.totalMemory() - runtime.freeMemory());
    }

    private static long entries(String folder) throws IOException {
        try (var files = Files.list(Path.of(folder))) {
            return files.count();
        }
    }

    /// Those of the event loops, and those of everything else. Neither says how many it has.
    private static long timers(ProxyRuntime.Machine machine) throws Exception {
        var own = ThreadTimers.class.getDeclaredField("executor");
        own.setAccessible(true);
        long timers = ((ScheduledThreadPoolExecutor) own.get(machine.timers())).getQueue().size();
        var queue = AbstractScheduledEventExecutor.class.getDeclaredField("scheduledTaskQueue");
        queue.setAccessible(true);
        for (var worker : machine.runtime().workers().all()) {
            var scheduled = (Collection<?>) queue.get(worker.loop());
            timers += scheduled == null ? 0 : worker.loop().submit(scheduled::size).get();
        }
        return timers;
    }
}
