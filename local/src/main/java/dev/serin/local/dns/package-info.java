/// The cluster's DNS: services and pods by name. Start here: [ClusterDns], which is the server,
/// then [Zone], which knows the answers.
@NullMarked
package dev.serin.local.dns;

import org.jspecify.annotations.NullMarked;
