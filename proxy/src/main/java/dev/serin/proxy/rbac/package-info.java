/// Who may do what: Envoy's RBAC rules, compiled once for HTTP requests and TCP connections alike.
/// Start here: [Enforcement], then [Rules], then [Conditions].
@NullMarked
package dev.serin.proxy.rbac;

import org.jspecify.annotations.NullMarked;
