/// What makes services reachable: their virtual addresses inside the mesh and, for load balancers,
/// ports on the machine's loopback. Start here: [VirtualAddresses], then [LoadBalancers].
@NullMarked
package dev.serin.local.service;

import org.jspecify.annotations.NullMarked;
