/// How a container is asked from outside how it is: the four kinds of probe, and asking again and
/// again. Start here: [Probe], then [Prober].
@NullMarked
package dev.serin.local.node.probe;

import org.jspecify.annotations.NullMarked;
