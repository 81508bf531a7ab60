package dev.serin.local.node.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The shell script that turns a new mount, pid and network namespace into a container: builds its
/// root, mounts its volumes, drops every capability and runs its command. The script itself stays
/// as the container's first process, which takes in orphans and ends with the command's exit code.
public final class StartScript {
    private static final List<String> DEVICES =
            List.of("null", "zero", "full", "random", "urandom", "tty");

    private final StringBuilder text = new StringBuilder();

    /// What a container is started with.
    ///
    /// @param scratch a folder of this machine where its root is put together
    /// @param user `uid:gid` to run as, empty for root
    /// @param binds a path in the container → what is shown there, in the order to be mounted
    /// @param groups files to which it writes itself to be in its cgroups
    /// @param rootless whether this is root of a user namespace only
    public record Plan(
            String scratch,
            HostRoot root,
            List<Bind> binds,
            List<String> command,
            Map<String, String> environment,
            String workingDir,
            String user,
            boolean rootless,
            List<String> groups) {}

    /// One path of the machine's, shown in the container.
    public record Bind(String source, String target, boolean readOnly, boolean file) {}

    public static String of(Plan plan) {
        return new StartScript().write(plan);
    }

    private String write(Plan plan) {
        var scratch = plan.scratch();
        line("set -e");
        plan.groups().forEach(door -> line("echo 0 > " + quote(door)));
        line("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        line("umask 022");
        line("mount -t tmpfs -o mode=755 serin " + quote(scratch));
        line("cd " + quote(scratch));
        // Both halves of an overlay on one file system; the root is bound to itself because
        // pivot_root wants a mount.
        line("mkdir -p root up work");
        line("mount --bind root root");
        line("trap 'exit 128' EXIT");
        plan.binds().forEach(bind -> prepare(plan.root(), bind));
        line("overlay() {");
        line("  mkdir -p \"root/$1\" \"up/$2\" \"work/$2\"");
        line("  [ \"$1\" != tmp ] || chmod 1777 \"root/$1\" \"up/$2\"");
        line(
                "  mount -t overlay -o \"lowerdir=/$1,upperdir=up/$2,workdir=work/$2"
                        + (plan.rootless() ? ",userxattr" : "")
                        + "\" overlay \"root/$1\" 2>/dev/null"
                        + " || mount --rbind \"/$1\" \"root/$1\" 2>/dev/null || true");
        line("}");
        folders(plan.root());
        own();
        line("cd root");
        plan.binds().forEach(this::bind);
        line("pivot_root . .");
        line("umount -l .");
        line("cd /");
        line(
                "mkdir -p "
                        + quote(plan.workingDir())
                        + " 2>/dev/null || true; cd "
                        + quote(plan.workingDir()));
        line("set +e");
        line("trap - EXIT");
        var words = new ArrayList<>(List.of("env", "-i"));
        plan.environment().forEach((name, value) -> words.add(name + "=" + value));
        words.addAll(
                List.of(
                        "setpriv",
                        "--bounding-set",
                        "-all",
                        "--inh-caps",
                        "-all",
                        "--no-new-privs"));
        words.addAll(as(plan.user(), plan.rootless()));
        words.add("--");
        words.addAll(plan.command());
        // The shell's own words about a killed command are not the container's.
        line("exec 3>&2 2>/dev/null");
        line(
                "(exec "
                        + String.join(" ", words.stream().map(StartScript::quote).toList())
                        + ") 2>&3 3>&-");
        line("exit $?");
        return text.toString();
    }

    /// The words of `setpriv` that make it run as `user`, `uid:gid`; none for root. In a user
    /// namespace there is no other user.
    public static List<String> as(String user, boolean rootless) {
        if (user.isEmpty() || rootless) {
            return List.of();
        }
        var ids = user.split(":");
        return List.of("--reuid", ids[0], "--regid", ids[1], "--clear-groups");
    }

    private void folders(HostRoot root) {
        int number = 0;
        for (var part : root.parts()) {
            var path = quote(part.path().substring(1));
            switch (part) {
                case HostRoot.Part.Overlay _ -> line("overlay " + path + " " + number++);
                case HostRoot.Part.Folder _ -> line("mkdir -p root/" + path);
                case HostRoot.Part.File _ -> {
                    line(": > root/" + path);
                    line("mount --bind /" + path + " root/" + path + " 2>/dev/null || true");
                    line("mount -o remount,bind,ro root/" + path + " 2>/dev/null || true");
                }
                case HostRoot.Part.Link link ->
                        line("ln -s " + quote(link.target()) + " root/" + path);
            }
        }
    }

    private void own() {
        line("mkdir -p root/proc root/sys root/dev root/run/lock");
        line("mount -t proc proc root/proc");
        line("mount --bind root/proc/sys root/proc/sys");
        line("mount -o remount,bind,ro root/proc/sys");
        line("mount -t sysfs -o ro sysfs root/sys 2>/dev/null || mount --rbind /sys root/sys");
        for (var device : DEVICES) {
            line(": > root/dev/" + device);
            line("mount --bind /dev/" + device + " root/dev/" + device + " 2>/dev/null || true");
        }
        line("mkdir -m 1777 root/dev/shm");
        line("mkdir root/dev/pts");
        line("mount -t devpts -o newinstance,ptmxmode=0666 devpts root/dev/pts || true");
        line("ln -s pts/ptmx root/dev/ptmx");
        line("ln -s /proc/self/fd root/dev/fd");
        line("ln -s /proc/self/fd/0 root/dev/stdin");
        line("ln -s /proc/self/fd/1 root/dev/stdout");
        line("ln -s /proc/self/fd/2 root/dev/stderr");
    }

    // A place to mount on is made in the overlay's upper half, before there is the overlay: in the
    // machine's own folders root of a user namespace may not make any.
    private void prepare(HostRoot root, Bind bind) {
        int number = 0;
        for (var part : root.parts()) {
            if (part instanceof HostRoot.Part.Overlay overlay) {
                if (bind.target().startsWith(overlay.path() + "/")) {
                    place("up/" + number + bind.target().substring(overlay.path().length()), bind);
                }
                number++;
            }
        }
    }

    private void place(String target, Bind bind) {
        if (bind.file()) {
            line("mkdir -p " + quote(target.substring(0, target.lastIndexOf('/') + 1)));
            line("[ -e " + quote(target) + " ] || : > " + quote(target));
        } else {
            line("mkdir -p " + quote(target));
        }
    }

    private void bind(Bind bind) {
        var target = "." + bind.target();
        place(target, bind);
        line("mount --rbind " + quote(bind.source()) + " " + quote(target));
        if (bind.readOnly()) {
            line("mount -o remount,bind,ro " + quote(target) + " 2>/dev/null || true");
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
