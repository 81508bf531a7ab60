/// Tests of the commands. Start here: [dev.serin.cli.TrainingTest].
@NullMarked
package dev.serin.cli;

import org.jspecify.annotations.NullMarked;
