/// Serin as a whole, and beside real peers. Nothing here runs in a plain `mvn verify`: each test
/// has a tag, and a profile of that name runs it. Start here: TESTS.md.
@NullMarked
package dev.serin.conformance;

import org.jspecify.annotations.NullMarked;
