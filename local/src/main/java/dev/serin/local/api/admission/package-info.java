/// Webhooks that have their say before a write is stored. Start here: [Webhooks], then
/// [WebhookCall].
@NullMarked
package dev.serin.local.api.admission;

import org.jspecify.annotations.NullMarked;
