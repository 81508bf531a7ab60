/// The mesh at one revision, and how one proxy sees it. Start here: [MeshSnapshot], then
/// [ProxyScope], [RouteRules], [TrafficPolicies].
@NullMarked
package dev.serin.controlplane.mesh;

import org.jspecify.annotations.NullMarked;
