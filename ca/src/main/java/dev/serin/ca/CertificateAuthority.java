package dev.serin.ca;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.identity.x509.PemKeys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/// A self-signed root, kept in a folder of its own, and the server certificates that it has issued.
/// What was issued is kept too and used again while its names are the same and 20 % of its life is
/// left, so that a restart signs nothing. Not for several processes on one folder.
public final class CertificateAuthority {
    static final Duration ROOT_LIFE = Duration.ofDays(3650);
    static final Duration SERVER_LIFE = Duration.ofDays(365);

    private final KeyFolder folder;
    private final Ticker ticker;
    private final IssuedKeys root;

    private CertificateAuthority(KeyFolder folder, Ticker ticker, IssuedKeys root) {
        this.folder = folder;
        this.ticker = ticker;
        this.root = root;
    }

    /// Opens the authority of this folder; makes a new root where there is none, or where it has
    /// come to the last 20 % of its life.
    ///
    /// @throws ProblemException if the folder can't be read or written
    public static CertificateAuthority open(Path path, String organization, Ticker ticker) {
        try {
            Files.createDirectories(path);
            var folder = new KeyFolder(path);
            var root = folder.read("root");
            if (root == null || root.isWorn(ticker.now())) {
                root = Issuer.root(organization, ROOT_LIFE, ticker.now());
                folder.write("root", root);
            }
            return new CertificateAuthority(folder, ticker, root);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "certificate authority in " + path,
                            String.valueOf(e.getMessage()),
                            "give this user the right to read and write the folder"),
                    e);
        }
    }

    /// The root's certificate, as PEM: what clients trust.
    public String rootPem() {
        return root.keys().chain();
    }

    /// A key and certificate for a server, good for a year.
    ///
    /// @param name under which it is kept, a plain word
    /// @param hosts DNS names and literal addresses that clients will connect to
    public PemKeys serverKeys(String name, List<String> hosts) {
        var names = new TreeSet<>(hosts);
        try {
            var kept = folder.read(name);
            if (kept != null
                    && !kept.isWorn(ticker.now())
                    && kept.isIssuedBy(root)
                    && kept.names().containsAll(names)) {
                return kept.keys();
            }
            var made = Issuer.server(root, names, SERVER_LIFE, ticker.now());
            folder.write(name, made);
            return made.keys();
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "certificate " + name,
                            String.valueOf(e.getMessage()),
                            "give this user the right to write the state folder"),
                    e);
        }
    }
}
