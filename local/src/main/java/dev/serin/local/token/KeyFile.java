package dev.serin.local.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.util.Set;

/// The key that tokens are signed with, made when there is none; readable by its owner only.
final class KeyFile {
    private KeyFile() {}

    static ECKey open(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            return ECKey.parse(Files.readString(file));
        } catch (IOException | ParseException | JOSEException e) {
            throw new ProblemException(
                    new Problem(
                            "token key " + file,
                            String.valueOf(e.getMessage()),
                            "a JSON web key that only you can read",
                            "remove it to have a new one made; tokens that are out become void"),
                    e);
        }
    }

    /// Under another name first, so that a crash leaves no half key.
    private static void create(Path file) throws IOException, JOSEException {
        var key = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
        var made = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(made);
        Files.createFile(
                made,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var out =
                Files.newByteChannel(
                        made, Set.of(StandardOpenOption.WRITE, StandardOpenOption.SYNC))) {
            out.write(
                    java.nio.ByteBuffer.wrap(
                            key.toJSONString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
