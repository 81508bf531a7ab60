/// Names that become hosts: how they are resolved, and how often. Start here: [DnsHosts], then
/// [DnsConfig].
@NullMarked
package dev.serin.proxy.upstream.dns;

import org.jspecify.annotations.NullMarked;
