package dev.serin.local.capture;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.host.Programs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What the machine must have installed for a mesh, and the command of its package manager that
/// adds what is missing. Used at the start of `serin up`, on the caller's thread.
public final class Setup {
    private static final List<Manager> MANAGERS =
            List.of(
                    new Manager("apt-get", "apt-get update && apt-get install -y", "iproute2"),
                    new Manager("dnf", "dnf install -y", "iproute"),
                    new Manager("zypper", "zypper --non-interactive install", "iproute2"),
                    new Manager("apk", "apk add", "iproute2"),
                    new Manager("pacman", "pacman -S --noconfirm", "iproute2"),
                    new Manager("yum", "yum install -y", "iproute"));

    private final Programs programs;
    private final boolean root;
    private final Consumer<String> print;
    private final Supplier<@Nullable Problem> trial;

    /// @param root whether this user needs no sudo
    /// @param print a line for the person
    public Setup(Programs programs, boolean root, Consumer<String> print) {
        this(programs, root, print, NetlinkFilter::trial);
    }

    /// @param trial whether the kernel takes rules by netlink, null if it does
    Setup(
            Programs programs,
            boolean root,
            Consumer<String> print,
            Supplier<@Nullable Problem> trial) {
        this.programs = programs;
        this.root = root;
        this.print = print;
        this.trial = trial;
    }

    /// The filter for this machine: the kernel's own door, which needs no program; else, on a
    /// kernel without nf_tables, the tool that is installed. To be called in the mesh's namespaces.
    ///
    /// @throws ProblemException if there is none, with what the kernel said and the cure
    public PacketFilter filter() {
        var refused = trial.get();
        if (refused == null) {
            return new NetlinkFilter();
        }
        if (has("nft")) {
            return new NftFilter(programs);
        }
        if (has("iptables-restore")) {
            return new IptablesFilter(programs);
        }
        throw new ProblemException(refused);
    }

    /// What is missing, with the cure; empty if nothing is.
    public Optional<Problem> missing() {
        var programsMissing = missingPrograms();
        if (programsMissing.isEmpty()) {
            return Optional.empty();
        }
        var manager = manager();
        var cure =
                manager.isPresent()
                        ? "run `"
                                + String.join(" ", shown(manager.get()))
                                + "`, or `serin up --setup`, which does it"
                        : "install them with this system's package manager";
        return Optional.of(
                new Problem(
                        "this machine",
                        "not installed: " + String.join(", ", programsMissing),
                        "the namespace tools that a mesh is made with",
                        cure));
    }

    /// Installs what is missing, showing the command and what it prints; nothing to do is fine.
    ///
    /// @throws ProblemException if there is no known package manager, or its command fails
    public void install() {
        var missing = missing();
        if (missing.isEmpty()) {
            return;
        }
        var manager = manager().orElseThrow(() -> new ProblemException(missing.get()));
        var command = shown(manager);
        print.accept("Installing what is missing: " + String.join(" ", command));
        var words =
                root
                        ? List.of("/bin/sh", "-c", line(manager))
                        : List.of("sudo", "sh", "-c", line(manager));
        try {
            var builder = new ProcessBuilder(words).inheritIO();
            builder.environment().put("PATH", programs.path());
            var code = builder.start().waitFor();
            if (code != 0) {
                throw new ProblemException(
                        Problem.of(
                                "installation",
                                "'" + String.join(" ", command) + "' ended with " + code,
                                "run it yourself, then `serin up` again"));
            }
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "installation",
                            String.valueOf(e.getMessage()),
                            "run as root: " + line(manager)),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.of("installation", "interrupted", "start again"), e);
        }
        missing()
                .ifPresent(still -> {
                    throw new ProblemException(still);
                });
    }

    private List<String> missingPrograms() {
        var missing = new ArrayList<String>();
        for (var name : List.of("ip", "unshare", "nsenter", "setpriv", "setsid", "mount")) {
            if (!has(name)) {
                missing.add(name);
            }
        }
        return missing;
    }

    private Set<String> packages(Manager manager) {
        var packages = new LinkedHashSet<String>();
        for (var program : missingPrograms()) {
            packages.add(
                    switch (program) {
                        case "ip" -> manager.iproute;
                        case "unshare", "nsenter", "setpriv", "setsid" ->
                                manager.name.equals("apk") ? "util-linux-misc" : "util-linux";
                        default -> manager.name.equals("apt-get") ? "mount" : "util-linux";
                    });
            if (manager.name.equals("apk") && program.equals("setpriv")) {
                packages.add("setpriv");
            }
        }
        return packages;
    }

    private String line(Manager manager) {
        return manager.install + " " + String.join(" ", packages(manager));
    }

    private List<String> shown(Manager manager) {
        var line = line(manager);
        if (root) {
            return List.of(line);
        }
        return line.contains("&&")
                ? List.of("sudo", "sh", "-c", "'" + line + "'")
                : List.of("sudo", line);
    }

    private Optional<Manager> manager() {
        return MANAGERS.stream().filter(m -> has(m.name)).findFirst();
    }

    private boolean has(String program) {
        return programs.find(program).isPresent();
    }

    /// A package manager: its program, the command line that installs, and what it calls iproute2.
    private record Manager(String name, String install, String iproute) {}
}
