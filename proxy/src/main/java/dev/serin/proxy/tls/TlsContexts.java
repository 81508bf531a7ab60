package dev.serin.proxy.tls;

import dev.serin.base.time.Timers;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.tls.secret.PemFiles;
import dev.serin.proxy.tls.secret.Secret;
import dev.serin.proxy.tls.secret.SecretFile;
import dev.serin.proxy.tls.secret.SecretName;
import dev.serin.proxy.tls.secret.SecretName.Origin;
import dev.serin.proxy.tls.secret.Secrets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Executor;

/// All TLS contexts of a data plane with the secrets that they need, from wherever those come.
/// Owner thread only.
public final class TlsContexts {
    private final TlsNeeds needs;
    private final Timers timers;
    private final Executor owner;
    private final Runnable changed;
    private final Secrets secrets = new Secrets();
    private final Set<SecretName> watched = new HashSet<>();
    private final List<Runnable> closings = new ArrayList<>();

    /// A context that nothing names any more stays as long as a connection of it does.
    private final Set<LiveTls> contexts = Collections.newSetFromMap(new WeakHashMap<>());

    /// @param changed runs on the owner when a secret has come by itself
    public TlsContexts(TlsNeeds needs, Timers timers, Executor owner, Runnable changed) {
        this.needs = needs;
        this.timers = timers;
        this.owner = owner;
        this.changed = changed;
    }

    /// Puts a context to use, as far as its secrets are there.
    public void use(LiveTls context) {
        if (contexts.add(context)) {
            context.config().names().forEach(this::watch);
        }
        context.bring(secrets);
    }

    /// Names of secrets that a context waits for.
    public Set<SecretName> missing(LiveTls context) {
        return context.missing(secrets);
    }

    /// A secret that was discovered, or stands in the bootstrap.
    public void discovered(String name, Secret secret) {
        put(new SecretName(Origin.DISCOVERY, name, ""), secret);
        put(new SecretName(Origin.STATIC, name, ""), secret);
    }

    /// The control plane has it no more. What is in use stays in use, as in Envoy.
    public void forget(String name) {
        secrets.remove(new SecretName(Origin.DISCOVERY, name, ""));
    }

    private void put(SecretName name, Secret secret) {
        secrets.put(name, secret);
        contexts.forEach(context -> {
            if (context.config().names().contains(name)) {
                context.bring(secrets);
            }
        });
    }

    private void watch(SecretName name) {
        if (!watched.add(name)) {
            return;
        }
        switch (name.origin()) {
            case LOCAL ->
                    needs.own()
                            .watch(name.name(), secret -> owner.execute(() -> take(name, secret)));
            case PEM ->
                    closings.add(
                            new PemFiles(
                                            name.name(),
                                            needs.files(),
                                            timers,
                                            secret -> owner.execute(() -> take(name, secret)),
                                            wrong -> refused(name, wrong))
                                    ::close);
            case FILE ->
                    closings.add(
                            new SecretFile(
                                            name,
                                            needs.files().apply(name.file()),
                                            timers,
                                            secret -> owner.execute(() -> take(name, secret)),
                                            wrong -> refused(name, wrong))
                                    ::close);
            case DISCOVERY, STATIC -> {}
        }
    }

    private void take(
            SecretName name,
            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret message) {
        try {
            put(name, needs.secrets().compile(message));
            changed.run();
        } catch (ConfigProblem e) {
            refused(name, String.valueOf(e.getMessage()));
        }
    }

    private void refused(SecretName name, String reason) {
        needs.observer().secretRefused(name.name(), reason);
    }

    /// What the contexts in use hold.
    public List<LiveTls.Held> held() {
        return contexts.stream().map(LiveTls::held).filter(Objects::nonNull).distinct().toList();
    }

    public void close() {
        closings.forEach(Runnable::run);
    }
}
