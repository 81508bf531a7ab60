/// The embedded database of the local API: resources on disk, one sequence of revisions over all
/// kinds, and watches of its changes. Start here: [Store], then [StoreWatch].
@NullMarked
package dev.serin.local.store;

import org.jspecify.annotations.NullMarked;
