/// Tests of the discovery server. Start here: [XdsServerTest], then [DeltaProxy].
@NullMarked
package dev.serin.xds.server;

import org.jspecify.annotations.NullMarked;
