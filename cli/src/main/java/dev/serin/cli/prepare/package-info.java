/// What is done once after a build, so that every start is fast: natives are unpacked, and each
/// role learns which classes it loads. Start here: [dev.serin.cli.prepare.PrepareCommand], then
/// [dev.serin.cli.prepare.Training].
@NullMarked
package dev.serin.cli.prepare;

import org.jspecify.annotations.NullMarked;
