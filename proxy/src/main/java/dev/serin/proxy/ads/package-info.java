/// Discovery as one proxy uses it: what the server sends goes to the data plane, what the data
/// plane needs is asked of the server. Start here: [DiscoveryFeed], then [ConfigLedger].
@NullMarked
package dev.serin.proxy.ads;

import org.jspecify.annotations.NullMarked;
