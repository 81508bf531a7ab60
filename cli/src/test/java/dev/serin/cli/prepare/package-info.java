/// Tests of what is done after a build. Start here: [dev.serin.cli.prepare.TrainingTest].
@NullMarked
package dev.serin.cli.prepare;

import org.jspecify.annotations.NullMarked;
