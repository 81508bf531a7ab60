package dev.serin.xds.server;

import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Where a server gets what it tells: written by the control plane, called on the server's
/// executor, from several threads for several proxies.
public interface DiscoverySource {
    /// A proxy opened a stream and said who it is.
    ///
    /// @throws dev.serin.base.ProblemException if there is nothing for such a proxy; it is told the
    ///   text
    Client open(Node node, Caller caller);

    /// One proxy on one stream.
    interface Client extends AutoCloseable {
        /// What the proxy should know now; called for each push.
        Resources newest();

        /// The stream ended.
        @Override
        void close();
    }

    /// All resources of one proxy at one revision, immutable, made when asked for.
    interface Resources {
        String revision();

        /// What a wildcard subscription is given; the same instance as before says that nothing of
        /// this type changed.
        List<XdsResource> all(ResourceType type);

        @Nullable XdsResource find(ResourceType type, String name);
    }
}
