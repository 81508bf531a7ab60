/// Tests of the commands. Start here: [dev.serin.cli.MainTest].
@NullMarked
package dev.serin.cli;

import org.jspecify.annotations.NullMarked;
