/// What each kind asks of its resources, and what the API gives them. Start here: [Rules], then
/// [ServiceAddresses].
@NullMarked
package dev.serin.local.api.rule;

import org.jspecify.annotations.NullMarked;
