package dev.serin.cli.mesh;

import dev.serin.base.time.Ticker;
import dev.serin.cli.sidecar.BrokerProcess;
import dev.serin.cli.sidecar.Distribution;
import dev.serin.cli.sidecar.PodProxy;
import dev.serin.cli.sidecar.ProxyProcess;
import dev.serin.cli.sidecar.Unprivileged;
import dev.serin.local.host.Namespaces;
import dev.serin.local.host.Programs;
import dev.serin.local.image.Image;
import dev.serin.local.node.SidecarHost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// The mesh's proxies: the broker, which makes their sockets, and the process that they are in, or
/// the image by which each pod has one of its own. Safe for any thread.
final class MeshProxies implements AutoCloseable {
    /// A folder in the mesh's own `/run`.
    static final Path RUN = Path.of("/run/serin");

    private final Path pods;
    private final BrokerProcess broker;
    private final ProxyProcess process;
    private final Image image;

    /// Starts them, since virtual machines take a while. To be made once the network is built.
    ///
    /// @param shared whether all proxies are in one process, else each in its pod
    MeshProxies(
            MeshHome home,
            Distribution distribution,
            boolean shared,
            Programs programs,
            Ticker ticker,
            Consumer<String> note)
            throws IOException {
        var stored = Files.createDirectories(home.state().resolve("pods"));
        this.pods = Files.createDirectories(RUN.resolve("pods"));
        // The state folder is this user's alone, and the proxies are another.
        programs.need(
                "folder of the pods",
                List.of("mount", "--bind", stored.toString(), pods.toString()),
                "");
        var rights = Unprivileged.find(programs, distribution, RUN, Namespaces.rootless(), note);
        this.broker =
                new BrokerProcess(
                        rights,
                        RUN.resolve("broker"),
                        Namespaces.NETNS,
                        shared,
                        home.logs().resolve("broker.log"),
                        ticker,
                        note);
        this.process =
                new ProxyProcess(
                        rights, broker.socket(), home.logs().resolve("proxies.log"), ticker, note);
        PodProxy.agent(RUN.resolve("bin"));
        this.image = shared ? new Image.Sidecar() : PodProxy.image(rights, RUN, broker.socket());
        if (shared) {
            process.warm();
        }
        broker.start();
    }

    /// What stands for the proxy's image.
    Image image() {
        return image;
    }

    /// The folder of the pods' files, as every process of the mesh can name it.
    Path pods() {
        return pods;
    }

    SidecarHost host() {
        return process;
    }

    @Override
    public void close() {
        process.close();
        broker.close();
    }
}
