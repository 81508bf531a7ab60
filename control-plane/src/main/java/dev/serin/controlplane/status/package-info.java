/// What the control plane says about resources and proxies. Start here: [StatusBoard], then
/// [ProxyTable].
@NullMarked
package dev.serin.controlplane.status;

import org.jspecify.annotations.NullMarked;
