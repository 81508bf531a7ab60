package dev.serin.proxy.tls.secret;

import dev.serin.base.ProblemException;
import dev.serin.base.time.Timers;
import dev.serin.proxy.bootstrap.Documents;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.function.Consumer;

/// A secret in a file: a discovery response, or the secret alone, in YAML or JSON. Looks every
/// second whether the file has changed; on the timers' thread.
public final class SecretFile implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final SecretName name;
    private final Path file;
    private final Consumer<Secret> changed;
    private final Consumer<String> wrong;
    private final Timers.Timer timer;
    private @Nullable FileTime last;

    /// @param changed gets each version
    /// @param wrong is told why a file cannot be read
    public SecretFile(
            SecretName name,
            Path file,
            Timers timers,
            Consumer<Secret> changed,
            Consumer<String> wrong) {
        this.name = name;
        this.file = file;
        this.changed = changed;
        this.wrong = wrong;
        look();
        timer = timers.every(PERIOD, this::look);
    }

    private synchronized void look() {
        try {
            var time = Files.getLastModifiedTime(file);
            if (!time.equals(last)) {
                last = time;
                read(Files.readString(file));
            }
        } catch (IOException e) {
            if (last == null) {
                wrong.accept("cannot read " + file + ": " + e.getMessage());
            }
        } catch (ProblemException e) {
            wrong.accept(String.valueOf(e.getMessage()));
        }
    }

    private void read(String text) throws IOException {
        if (!text.contains("resources")) {
            changed.accept(Documents.read(file.toString(), text, Secret.newBuilder()).build());
            return;
        }
        var response =
                Documents.read(file.toString(), text, DiscoveryResponse.newBuilder()).build();
        for (var resource : response.getResourcesList()) {
            var secret = resource.unpack(Secret.class);
            if (secret.getName().equals(name.name())) {
                changed.accept(secret);
                return;
            }
        }
        wrong.accept(file + " has no secret '" + name.name() + "'");
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
