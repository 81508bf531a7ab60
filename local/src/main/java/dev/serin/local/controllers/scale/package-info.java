/// Controllers that say how many pods there may or should be: budgets of disruption, and scaling by
/// what is measured. Start here: [AutoscaleController], then [Arithmetic].
@NullMarked
package dev.serin.local.controllers.scale;

import org.jspecify.annotations.NullMarked;
