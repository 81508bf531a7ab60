package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command that starts a program in namespaces of its own, with which everything in them dies.
record Unshare(Programs programs, boolean root) {
    /// Wraps `command`. Loopback is up before it starts, since a virtual machine looks for network
    /// interfaces once; a session of its own, so that Ctrl-C reaches the front only; and a first
    /// process that takes in the orphans.
    List<String> command(List<String> command) {
        var words = new ArrayList<String>();
        words.add(programs.find("setsid").map(Path::toString).orElse("setsid"));
        words.addAll(unshare());
        words.addAll(List.of("--", "sh", "-c", "ip link set lo up; \"$@\"; exit $?", "sh"));
        words.addAll(command);
        return words;
    }

    /// Tries it out.
    ///
    /// @throws ProblemException with the cure, if the machine does not let this user
    void check() {
        var words = new ArrayList<>(unshare());
        words.addAll(List.of("--", "ip", "link", "set", "lo", "up"));
        var ended = programs.run(words, "");
        if (ended.code() != 0) {
            throw new ProblemException(
                    new Problem(
                            root ? "namespaces" : "user namespaces",
                            "the kernel refuses them ("
                                    + ended.output().strip().replace("\n", " / ")
                                    + ")",
                            "a mesh lives in namespaces of its own",
                            cure()));
        }
    }

    private List<String> unshare() {
        var words = new ArrayList<>(List.of("unshare"));
        if (!root) {
            words.addAll(List.of("--user", "--map-root-user"));
        }
        words.addAll(
                List.of("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
        return words;
    }

    private String cure() {
        if (root) {
            return "run on a real machine or VM, or in a container started with --privileged";
        }
        if (value("kernel/apparmor_restrict_unprivileged_userns").equals("1")) {
            return "run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or use sudo";
        }
        if (value("kernel/unprivileged_userns_clone").equals("0")) {
            return "run `sudo sysctl kernel.unprivileged_userns_clone=1`, or use sudo";
        }
        if (value("user/max_user_namespaces").equals("0")) {
            return "run `sudo sysctl user.max_user_namespaces=15000`, or use sudo";
        }
        return "run it as root (sudo)";
    }

    private static String value(String name) {
        try {
            return Files.readString(Path.of("/proc/sys/" + name)).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
