/// The proxy's end of the discovery protocol: one delta stream that is opened again whenever it
/// ends. Start here: [AdsClient], then [ResourceWatcher], then [Transport].
@NullMarked
package dev.serin.xds.client;

import org.jspecify.annotations.NullMarked;
