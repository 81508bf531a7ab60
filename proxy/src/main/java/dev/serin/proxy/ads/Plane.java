package dev.serin.proxy.ads;

import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

import java.util.List;
import java.util.Set;

/// The data plane, as discovery sees it. Owner thread.
public interface Plane {
    /// Applies what is good and names the rest.
    List<Rejected> apply(ConfigUpdate update);

    /// Names of resources that the configuration in force refers to, of a type that is asked for by
    /// name.
    Set<String> wanted(String typeUrl);
}
