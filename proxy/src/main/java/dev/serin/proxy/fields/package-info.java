/// Which fields of Envoy's messages this proxy reads: a list a person can read, and the walk that
/// finds what is set in a message and not on it. Start here: [UnreadFields], then [FieldLists].
@NullMarked
package dev.serin.proxy.fields;

import org.jspecify.annotations.NullMarked;
