/// The command line, one class a command; the roles are wired together here. Start here: [Main].
@NullMarked
package dev.serin.cli;

import org.jspecify.annotations.NullMarked;
