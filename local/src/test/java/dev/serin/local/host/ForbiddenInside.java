package dev.serin.local.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.base.ProblemException;
import dev.serin.testkit.Child;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where no user namespace may be made any more: in one of our own, whose bound is 0.
final class ForbiddenInside {
    private ForbiddenInside() {}

    public static void main(String[] arguments) {
        Child.ended(() -> {
            new Unshare(Inside.programs(), false).check();
            Files.writeString(Path.of("/proc/sys/user/max_user_namespaces"), "0");
            var refused =
                    assertThrows(
                            ProblemException.class,
                            () -> new Unshare(Inside.programs(), false).check());
            assertEquals(
                    "user namespaces: the kernel refuses them (unshare: unshare failed: No space"
                            + " left on device); expected: a mesh lives in namespaces of its own;"
                            + " cure: run `sudo sysctl user.max_user_namespaces=15000`, or use"
                            + " sudo",
                    refused.problems().getFirst().text());
        });
    }
}
