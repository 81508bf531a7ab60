import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The processes of a mesh on this machine, found by the folder of its state: what descends from its front.
final class Victims {
    private Victims() {}

    /// @param role what it is in the mesh, the same in another life
    record Victim(String role, ProcessHandle process) {}

    /// In an order in which those that end the whole mesh come last. The front is among them.
    static List<Victim> of(Path state) throws IOException {
        var front = front(state);
        var all = new ArrayList<Victim>();
        front.descendants().forEach(process -> all.add(new Victim(role(process), process)));
        all.removeIf(v -> v.role().isEmpty());
        all.add(new Victim("front (`serin up`)", front));
        all.sort((a, b) -> Integer.compare(rank(a.role()), rank(b.role())));
        return all;
    }

    static ProcessHandle front(Path state) throws IOException {
        var mesh = state.getFileName().toString();
        var parent = state.getParent().getParent().toString();
        return ProcessHandle.allProcesses()
                .filter(p -> words(p).contains("dev.serin.cli.Main front " + mesh + " ") && environment(p).contains("XDG_STATE_HOME=" + parent))
                .findFirst()
                .orElseThrow(() -> new IOException("no front of " + state));
    }

    private static int rank(String role) {
        return role.startsWith("front") ? 3 : role.startsWith("supervisor") ? 2 : role.startsWith("namespace") ? 2 : 1;
    }

    private static String role(ProcessHandle process) {
        var words = words(process);
        var main = words.indexOf("dev.serin.cli.Main ");
        if (main >= 0) {
            var first = words.substring(main + "dev.serin.cli.Main ".length()).split(" ");
            return switch (first[0]) {
                case "serve" -> "model server";
                case "supervisor" -> "supervisor, with API and control plane";
                case "proxy" -> "proxy".equals(first[0]) && first.length > 1 ? "proxy " + first[1] : "proxy";
                default -> first[0];
            };
        }
        var program = words.isEmpty() ? "" : Path.of(words.split(" ")[0]).getFileName().toString();
        if (words.contains("/pods/")) {
            return "container's first process (" + program + ")";
        }
        return words.isEmpty() ? "" : "namespace's " + program;
    }

    private static String words(ProcessHandle process) {
        return text(process, "cmdline").replace('\0', ' ').strip();
    }

    private static String environment(ProcessHandle process) {
        return text(process, "environ").replace('\0', '\n');
    }

    private static String text(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/" + file));
        } catch (IOException | RuntimeException e) {
            // It ended meanwhile, or is another user's.
            return "";
        }
    }
}
