package dev.serin.local.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void aFreshDebianLacksThePacketFilterOnly() throws IOException {
        program("apt-get", "exit 0");
        assertEquals(
                "this machine: not installed: nft (or iptables); expected: the packet filter and"
                        + " the namespace tools that a mesh is made with; cure: run `sudo sh -c"
                        + " 'apt-get update && apt-get install -y nftables'`, or `serin up"
                        + " --setup`, which does it",
                setup(false, new ArrayList<>()).missing().orElseThrow().text());
        var refused =
                assertThrows(ProblemException.class, () -> setup(true, new ArrayList<>()).filter());
        assertTrue(refused.getMessage().contains("run `apt-get update"), refused.getMessage());
    }

    @Test
    void namesEachMissingProgramsPackage() throws IOException {
        program("dnf", "exit 0");
        Files.delete(machine.resolve("ip"));
        Files.delete(machine.resolve("nsenter"));
        var text = setup(true, new ArrayList<>()).missing().orElseThrow().text();
        assertTrue(text.contains("`dnf install -y iproute util-linux nftables`"), text);
    }

    @Test
    void installsSayingSo() throws IOException {
        program("apk", "/bin/touch " + machine + "/nft && /bin/chmod 755 " + machine + "/nft");
        var printed = new ArrayList<String>();
        setup(true, printed).install();
        assertEquals(List.of("Installing what is missing: apk add nftables"), printed);
        assertInstanceOf(NftFilter.class, setup(true, printed).filter());
        setup(true, printed).install();
        assertEquals(1, printed.size());
    }

    @Test
    void aFailedInstallationNamesTheCommand() throws IOException {
        program("pacman", "exit 7");
        var failed =
                assertThrows(
                        ProblemException.class, () -> setup(true, new ArrayList<>()).install());
        assertTrue(
                failed.getMessage().contains("'pacman -S --noconfirm nftables' ended with 7"),
                failed.getMessage());
    }

    @Test
    void iptablesWillDo() throws IOException {
        program("iptables-restore", "exit 0");
        assertTrue(setup(true, new ArrayList<>()).missing().isEmpty());
        assertInstanceOf(IptablesFilter.class, setup(true, new ArrayList<>()).filter());
    }

    private Setup setup(boolean root, List<String> printed) {
        return new Setup(new Programs(List.of(machine), Duration.ofSeconds(5)), root, printed::add);
    }

    private void program(String name, String script) throws IOException {
        var file = machine.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }
}
