package dev.serin.proxy.tls;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.tls.secret.SecretCompiler;
import dev.serin.proxy.tls.secret.SecretSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/// What TLS stands on in one proxy.
///
/// @param files finds the file of a name in a configuration
/// @param own where this proxy's identity comes from
/// @param distrust how long a connection goes on whose peer is trusted no more, so that its streams
///   may end
public record TlsNeeds(
        Ticker ticker,
        Function<String, Path> files,
        SecretSource own,
        Duration distrust,
        TlsObserver observer) {
    /// What [#distrust] is if nobody says otherwise.
    public static final Duration USUAL_DISTRUST = Duration.ofSeconds(5);

    /// Files of this machine, no identity, nobody watching.
    public static TlsNeeds bare(Ticker ticker) {
        return new TlsNeeds(ticker, Path::of, SecretSource.NONE, USUAL_DISTRUST, TlsObserver.NONE);
    }

    public SecretCompiler secrets() {
        BoringSsl.load();
        return new SecretCompiler(ticker, files, LiveTls::trial);
    }
}
