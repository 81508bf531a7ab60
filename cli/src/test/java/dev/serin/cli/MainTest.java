package dev.serin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void wrongUsageIsTwoAndSaysWhereHelpIs() {
        usage(
                """
                serin: Missing required subcommand
                cure: serin --help shows what it takes
                """);
        usage(
                """
                serin: Unmatched argument at index 0: 'bogus'
                cure: serin --help shows what it takes
                """,
                "bogus");
        usage(
                """
                serin: Unknown option: '--bogus'
                cure: serin up --help shows what it takes
                """,
                "up",
                "--bogus");
    }

    private static void usage(String text, String... arguments) {
        assertEquals(new Spoken(2, "", text), Spoken.by(arguments));
    }

    @Test
    void aWordThatIsNearlyACommandIsRecognised() {
        var spoken = Spoken.by("validat");
        assertEquals(2, spoken.code());
        assertTrue(spoken.err().contains("Did you mean: serin validate"), spoken.err());
    }

    @Test
    void aProblemIsOneAndHasItsCure() {
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: validate: no file was named; cure: serin validate -f"
                                + " FILE-OR-FOLDER\n"),
                Spoken.by("validate"));
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: mesh name: 'Not_One'; expected: lower-case letters, digits and"
                                + " dashes, at most 32\n"),
                Spoken.by("down", "--mesh", "Not_One"));
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: serin proxy: neither a role nor --config; cure: see serin proxy"
                                + " --help\n"),
                Spoken.by("proxy", "--workers", "1"));
        var unreadable = Spoken.by("proxy", "--config=no/such/file");
        assertEquals(1, unreadable.code());
        assertTrue(unreadable.err().startsWith("serin: no/such/file: cannot be read"));
        assertEquals(2, Spoken.by("proxy", "--workers", "many").code());
        assertEquals(2, Spoken.by("proxy", "--config").code());
    }

    @Test
    void helpListsEveryCommandForPeopleAndNoOther() {
        var help = Spoken.by("--help");
        assertEquals(0, help.code());
        assertEquals("", help.err());
        for (var command :
                new String[] {
                    "up",
                    "down",
                    "list",
                    "kubeconfig",
                    "validate",
                    "image",
                    "serve",
                    "proxy",
                    "version"
                }) {
            assertTrue(help.out().contains("\n  " + command + " "), command);
        }
        assertFalse(help.out().contains("supervisor"));
        assertFalse(help.out().contains("prepare"));
    }

    @Test
    void versionIsAResult() {
        var spoken = Spoken.by("version");
        assertEquals("0 ", spoken.code() + " " + spoken.err());
        assertEquals(
                "serin " + VersionCommand.VERSION + " (Java " + Runtime.version() + ")\n",
                spoken.out());
        assertEquals("serin " + VersionCommand.VERSION + "\n", Spoken.by("--version").out());
    }
}
