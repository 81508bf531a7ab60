package dev.serin.proxy.tls.secret;

import com.google.protobuf.ByteString;

import dev.serin.base.time.Timers;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// A secret in PEM files, which Istio's agent would read for its proxy: `file-cert:CHAIN~KEY` or
/// `file-root:ROOTS`. Looks every second whether one of them has changed; on the timers' thread.
public final class PemFiles implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final String PAIR = "file-cert:";
    private static final String ROOTS = "file-root:";

    private final String name;
    private final List<Path> paths = new ArrayList<>();
    private final Consumer<Secret> changed;
    private final Consumer<String> wrong;
    private final Timers.Timer timer;
    private List<FileTime> last = List.of();
    private String said = "";

    /// @param name as [#names] knows it
    /// @param files finds the file of a path in a configuration
    /// @param changed gets each version
    /// @param wrong is told why the files cannot be read, once a reason
    public PemFiles(
            String name,
            Function<String, Path> files,
            Timers timers,
            Consumer<Secret> changed,
            Consumer<String> wrong) {
        this.name = name;
        this.changed = changed;
        this.wrong = wrong;
        for (var path : name.substring(PAIR.length()).split("~", 2)) {
            paths.add(files.apply(path));
        }
        look();
        timer = timers.every(PERIOD, this::look);
    }

    /// Whether it is files that a secret is named for.
    static boolean names(String name) {
        return name.startsWith(ROOTS) || name.startsWith(PAIR) && name.indexOf('~') > PAIR.length();
    }

    private synchronized void look() {
        try {
            var times = new ArrayList<FileTime>();
            for (var path : paths) {
                times.add(Files.getLastModifiedTime(path));
            }
            if (!times.equals(last)) {
                var secret = read();
                last = times;
                said = "";
                changed.accept(secret);
            }
        } catch (IOException e) {
            var reason = "cannot read " + e.getMessage();
            if (!reason.equals(said)) {
                said = reason;
                wrong.accept(reason);
            }
        }
    }

    private Secret read() throws IOException {
        var secret = Secret.newBuilder().setName(name);
        if (name.startsWith(ROOTS)) {
            secret.getValidationContextBuilder().setTrustedCa(octets(paths.getFirst()));
        } else {
            secret.getTlsCertificateBuilder()
                    .setCertificateChain(octets(paths.getFirst()))
                    .setPrivateKey(octets(paths.getLast()));
        }
        return secret.build();
    }

    private static DataSource octets(Path file) throws IOException {
        return DataSource.newBuilder()
                .setInlineBytes(ByteString.copyFrom(Files.readAllBytes(file)))
                .build();
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
