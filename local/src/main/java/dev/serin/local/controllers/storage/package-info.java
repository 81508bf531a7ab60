/// Storage that is asked for, as folders of this machine. Start here: [ClaimController].
@NullMarked
package dev.serin.local.controllers.storage;

import org.jspecify.annotations.NullMarked;
