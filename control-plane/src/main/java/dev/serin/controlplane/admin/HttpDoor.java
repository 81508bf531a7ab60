package dev.serin.controlplane.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.LeftOver;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/// One HTTP or HTTPS port with a few pages, on threads of its own.
public final class HttpDoor implements AutoCloseable {
    /// No admission review is larger; a larger body is refused unread.
    private static final int LARGEST_BODY = 8 << 20;

    private final HttpServer server;
    private final ExecutorService threads;
    private final LeftOver.Held held;

    /// Where sockets are made: a pod's network namespace, or here.
    public interface Place {
        /// Runs `task` there and answers what it returned.
        <T> T call(Callable<T> task);

        /// The process's own network.
        static Place here() {
            return HttpDoor::callHere;
        }
    }

    /// One page: what it answers to a body, which is empty for a GET.
    public interface Page {
        Answer answer(HttpExchange request, byte[] body);
    }

    /// @param body as text of `type`
    public record Answer(int status, String type, String body) {
        public static Answer text(int status, String body) {
            return new Answer(status, "text/plain; charset=utf-8", body);
        }

        public static Answer json(String body) {
            return new Answer(200, "application/json", body);
        }
    }

    /// Listens at once.
    ///
    /// @param keys of the server, null for plain HTTP
    /// @param pages by path, which also stands for what is below it
    /// @throws ProblemException if the address is taken
    public HttpDoor(
            InetSocketAddress address,
            @Nullable X509ExtendedKeyManager keys,
            Place place,
            Map<String, Page> pages) {
        this.server = place.call(() -> create(address, keys));
        this.threads =
                Executors.newFixedThreadPool(
                        2, Thread.ofPlatform().name("admin-", 0).daemon(true).factory());
        server.setExecutor(threads);
        pages.forEach((path, page) -> server.createContext(path, e -> serve(page, e)));
        server.start();
        this.held = LeftOver.hold("http door", server.getAddress().toString());
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
        held.release();
    }

    private static HttpServer create(
            InetSocketAddress address, @Nullable X509ExtendedKeyManager keys) {
        try {
            if (keys == null) {
                return HttpServer.create(address, 0);
            }
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, null, null);
            var server = HttpsServer.create(address, 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            return server;
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            "port " + address,
                            String.valueOf(e.getMessage()),
                            "a free port",
                            "see with `ss -tlnp` who has it"),
                    e);
        } catch (GeneralSecurityException e) {
            throw new ProblemException(
                    Problem.of("TLS of port " + address, e.toString(), "check the server's keys"),
                    e);
        }
    }

    private static void serve(Page page, HttpExchange exchange) {
        try (exchange) {
            var body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
            var answer =
                    body.length > LARGEST_BODY
                            ? Answer.text(413, "larger than " + LARGEST_BODY + " bytes\n")
                            : answer(page, exchange, body);
            var bytes = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", answer.type);
            exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        } catch (IOException e) {
            // The caller is gone; there is nobody to tell.
        }
    }

    private static Answer answer(Page page, HttpExchange exchange, byte[] body) {
        try {
            return page.answer(exchange, body);
        } catch (ProblemException e) {
            return Answer.text(400, e.getMessage() + "\n");
        } catch (RuntimeException e) {
            return Answer.text(500, e + "\n");
        }
    }

    private static <T> T callHere(Callable<T> task) {
        try {
            return task.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
