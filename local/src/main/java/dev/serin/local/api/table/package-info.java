/// The tables that `kubectl get` shows. Start here: [Tables], then [Cells].
@NullMarked
package dev.serin.local.api.table;

import org.jspecify.annotations.NullMarked;
