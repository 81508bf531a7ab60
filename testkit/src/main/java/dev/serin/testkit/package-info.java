/// What tests of every module share: time that stands still, chance that is scripted, and the
/// question whether anything was left behind. Start here: [FakeTime], then [NothingLeft].
@NullMarked
package dev.serin.testkit;

import org.jspecify.annotations.NullMarked;
