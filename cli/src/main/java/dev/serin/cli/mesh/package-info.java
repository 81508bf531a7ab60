/// A mesh on one machine, wired together: what `serin up` starts. Start here: [Supervisor].
@NullMarked
package dev.serin.cli.mesh;

import org.jspecify.annotations.NullMarked;
