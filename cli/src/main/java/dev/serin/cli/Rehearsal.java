package dev.serin.cli;

import dev.serin.base.ProblemException;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What the shared proxy process does first when it is recorded for its cache (see [Training]): a
/// proxy on a file with traffic through it. The recorded mesh alone would teach neither, and with
/// so little traffic nothing about what is hot. Blocks for some seconds.
final class Rehearsal {
    private static final int CONNECTIONS = 4;

    /// On each connection.
    static final int REQUESTS = 5_000;

    private static final long LONGEST_SECONDS = 20;
    private static final int BODY_ENDS = '}';

    private final ProxyRuntime runtime;
    private final String bootstrap;
    private final int requests;

    private Rehearsal(ProxyRuntime runtime, int requests) throws IOException {
        this.runtime = runtime;
        this.requests = requests;
        try (var text = Rehearsal.class.getResourceAsStream("rehearsal.yaml")) {
            bootstrap =
                    new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// Whether this process is recorded.
    static boolean wanted(Map<String, String> environment) {
        return environment.getOrDefault("SERIN_AOT_RECORD", "").contains("proxy");
    }

    /// Runs it; that it can't costs a line.
    ///
    /// @param requests on each connection
    static void run(ProxyRuntime runtime, Console console, int requests) {
        try {
            new Rehearsal(runtime, requests).run();
        } catch (IOException | ProblemException | TimeoutException | ExecutionException e) {
            console.err().println("no rehearsal: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var answering = proxy(1);
        try {
            var forwarding = proxy(main(answering).getPort());
            try {
                for (var i = 0; i < CONNECTIONS; i++) {
                    request(main(forwarding), i % 2 == 0 ? "x-http1" : "x-http2");
                }
            } finally {
                end(forwarding);
            }
        } finally {
            end(answering);
        }
    }

    private static void end(Proxy proxy)
            throws InterruptedException, ExecutionException, TimeoutException {
        proxy.close();
        proxy.ended().get(LONGEST_SECONDS, TimeUnit.SECONDS);
    }

    private Proxy proxy(int backend) {
        var place =
                new ProxyPlace(
                        new HostSockets(Transport.best(), 0),
                        InetAddress::getByName,
                        ContainerFiles.SAME,
                        new PrintStream(PrintStream.nullOutputStream()));
        var text = bootstrap.replace("${port}", Integer.toString(backend));
        var proxy = new Proxy(FileBootstrap.read("rehearsal", text), place, runtime);
        proxy.start();
        return proxy;
    }

    private static InetSocketAddress main(Proxy proxy)
            throws InterruptedException, ExecutionException, TimeoutException {
        proxy.ready().get(LONGEST_SECONDS, TimeUnit.SECONDS);
        return proxy.addresses("main").getFirst();
    }

    /// Many requests on one connection, one after the other; the answers all end alike.
    ///
    /// @param protocol the header that has it forwarded by one protocol or the other
    private void request(InetSocketAddress to, String protocol) throws IOException {
        var request =
                """
                GET /path/of/a/request?with=query HTTP/1.1
                host: forward.example
                user-agent: rehearsal
                accept: */*
                %s: yes

                """
                        .formatted(protocol)
                        .replace("\n", "\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        try (var socket = new Socket(to.getAddress(), to.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LONGEST_SECONDS));
            var answer = new BufferedInputStream(socket.getInputStream());
            for (var i = 0; i < requests; i++) {
                socket.getOutputStream().write(request);
                for (var octet = answer.read(); octet != BODY_ENDS; octet = answer.read()) {
                    if (octet < 0) {
                        throw new IOException("the rehearsal's connection ended");
                    }
                }
            }
        }
    }
}
