package dev.serin.local.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.host.Programs;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a machine lacks, on machines that are a folder of programs each.
class SetupTest {
    @TempDir private Path machine;

    @BeforeEach
    void freshDebian() throws IOException {
        for (var name : new String[] {"ip", "unshare", "nsenter", "setpriv", "setsid", "mount"}) {
            program(name, "exit 0");
        }
        Files.createSymbolicLink(machine.resolve("sh"), Path.of("/bin/sh"));
    }

    @Test
    void aFreshDebianLacksNothing() {
        assertTrue(setup(false, new ArrayList<>()).missing().isEmpty());
        assertInstanceOf(NetlinkFilter.class, setup(true, new ArrayList<>()).filter());
    }

    @Test
    void saysWhatIsMissingAndHowToAddIt() throws IOException {
        program("apt-get", "exit 0");
        Files.delete(machine.resolve("ip"));
        assertEquals(
                "this machine: not installed: ip; expected: the namespace tools that a mesh is made"
                        + " with; cure: run `sudo sh -c 'apt-get update && apt-get install -y"
                        + " iproute2'`, or `serin up --setup`, which does it",
                setup(false, new ArrayList<>()).missing().orElseThrow().text());
    }

    @Test
    void namesEachMissingProgramsPackage() throws IOException {
        program("dnf", "exit 0");
        Files.delete(machine.resolve("ip"));
        Files.delete(machine.resolve("nsenter"));
        var text = setup(true, new ArrayList<>()).missing().orElseThrow().text();
        assertTrue(text.contains("`dnf install -y iproute util-linux`"), text);
    }

    @Test
    void installsSayingSo() throws IOException {
        Files.delete(machine.resolve("ip"));
        program("apk", "/bin/touch " + machine + "/ip && /bin/chmod 755 " + machine + "/ip");
        var printed = new ArrayList<String>();
        setup(true, printed).install();
        assertEquals(List.of("Installing what is missing: apk add iproute2"), printed);
        setup(true, printed).install();
        assertEquals(1, printed.size());
    }

    @Test
    void aFailedInstallationNamesTheCommand() throws IOException {
        Files.delete(machine.resolve("ip"));
        program("pacman", "exit 7");
        var failed =
                assertThrows(
                        ProblemException.class, () -> setup(true, new ArrayList<>()).install());
        assertTrue(
                failed.getMessage().contains("'pacman -S --noconfirm iproute2' ended with 7"),
                failed.getMessage());
    }

    @Test
    void aKernelThatRefusesIsAskedThroughWhatIsInstalled() throws IOException {
        var refused = Problem.of("packet rules of the mesh", "errno 95", "modprobe nf_tables");
        var setup =
                new Setup(
                        new Programs(List.of(machine), Duration.ofSeconds(5)),
                        true,
                        _ -> {},
                        () -> refused);
        var none = assertThrows(ProblemException.class, setup::filter);
        assertEquals(List.of(refused), none.problems());
        program("iptables-restore", "exit 0");
        assertInstanceOf(IptablesFilter.class, setup.filter());
        program("nft", "exit 0");
        assertInstanceOf(NftFilter.class, setup.filter());
    }

    private Setup setup(boolean root, List<String> printed) {
        return new Setup(
                new Programs(List.of(machine), Duration.ofSeconds(5)),
                root,
                printed::add,
                () -> null);
    }

    private void program(String name, String script) throws IOException {
        var file = machine.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }
}
