/// How things that Envoy calls extensions plug in by the type of their configuration. Start here:
/// [Extensions], then [ExtensionConfig].
@NullMarked
package dev.serin.proxy.extension;

import org.jspecify.annotations.NullMarked;
