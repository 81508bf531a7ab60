package dev.serin.ca;

import dev.serin.identity.x509.PemKeys;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;

/// Keys and certificates on disk, one `.pem` each, readable by the owner only; written whole or not
/// at all.
final class KeyFolder {
    private static final String KEY = "-----BEGIN PRIVATE KEY-----";

    private final Path folder;

    KeyFolder(Path folder) {
        this.folder = folder;
    }

    /// Null where nothing is kept by that name, or where it can't be read as keys.
    @Nullable IssuedKeys read(String name) throws IOException {
        var file = folder.resolve(name + ".pem");
        if (!Files.exists(file)) {
            return null;
        }
        var text = Files.readString(file);
        var key = text.indexOf(KEY);
        if (key < 0) {
            return null;
        }
        try {
            return IssuedKeys.of(new PemKeys(text.substring(0, key), text.substring(key)));
        } catch (CertificateException e) {
            return null;
        }
    }

    void write(String name, IssuedKeys keys) throws IOException {
        var owner =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var half = Files.createTempFile(folder, name, ".half", owner);
        Files.writeString(half, keys.keys().chain() + keys.keys().key());
        Files.move(
                half,
                folder.resolve(name + ".pem"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
