package dev.serin.cli.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.local.api.Tokens;
import dev.serin.testkit.NothingLeft;
import dev.serin.xds.server.Caller;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

@ExtendWith(NothingLeft.class)
class TokenCallersTest {
    @TempDir Path folder;

    @Test
    void aSidecarIsAdmittedByItsServiceAccountsTokenForTheMesh() {
        try (var at = new ApiOnDisk(folder)) {
            var callers = new TokenCallers(at.api.tokens());
            assertEquals(
                    new Caller("default", "digits"),
                    callers.authenticate(token(at, List.of("istio-ca")), List.of()));
        }
    }

    @Test
    void everybodyElseIsToldWhatToSend() {
        try (var at = new ApiOnDisk(folder)) {
            var callers = new TokenCallers(at.api.tokens());
            refused(callers, null, "caller: no token; expected: a valid token with audience");
            refused(callers, "made-up", "mount a projected token with audience istio-ca");
            refused(
                    callers,
                    token(at, List.of()),
                    "mount a projected token with audience istio-ca");
            var valid = token(at, List.of("istio-ca"));
            refused(
                    callers,
                    valid.substring(0, valid.lastIndexOf('.') + 1) + "AAAA",
                    "mount a projected token with audience istio-ca");
        }
    }

    private static String token(ApiOnDisk at, List<String> audiences) {
        var account =
                at.client.get(
                        new dev.serin.config.ResourceKey("serviceaccounts", "default", "digits"));
        if (account == null) {
            account =
                    at.client.create(
                            ApiOnDisk.resource(
                                    "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'digits','namespace':'default'}}"));
        }
        var wanted =
                new Tokens.Wanted(
                        "default", "digits", account.uid(), audiences, Duration.ofHours(1), "", "");
        return at.api.tokens().issue(wanted).token();
    }

    private static void refused(TokenCallers callers, String token, String text) {
        var refusal =
                assertThrows(ProblemException.class, () -> callers.authenticate(token, List.of()));
        assertTrue(refusal.getMessage().contains(text), refusal.getMessage());
    }
}
