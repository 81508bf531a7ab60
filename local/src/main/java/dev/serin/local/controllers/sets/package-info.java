/// Controllers of pods that have a place: a number and storage of their own, or a node. Start here:
/// [StatefulSetController], then [History].
@NullMarked
package dev.serin.local.controllers.sets;

import org.jspecify.annotations.NullMarked;
