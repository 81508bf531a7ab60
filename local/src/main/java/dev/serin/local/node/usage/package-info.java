/// What containers use of the machine and what they may use: read from their cgroups or, where
/// there are none, from `/proc`. Start here: [Metering], then [Cgroups].
@NullMarked
package dev.serin.local.node.usage;

import org.jspecify.annotations.NullMarked;
