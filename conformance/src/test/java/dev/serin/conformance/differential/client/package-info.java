/// Clients that ask as their scenario says, octet by octet. Start here: [Ask], then [Outcome].
@NullMarked
package dev.serin.conformance.differential.client;

import org.jspecify.annotations.NullMarked;
