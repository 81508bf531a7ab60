/// What a proxy is told before it has asked anyone: from a container's arguments, environment and
/// files, or from a file with everything in it. Start here: [ContainerBootstrap], then
/// [FileBootstrap].
@NullMarked
package dev.serin.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
