/// Who a caller is: tokens of service accounts and fixed ones. Start here: [ServiceAccountTokens],
/// then [FixedTokens].
@NullMarked
package dev.serin.local.token;

import org.jspecify.annotations.NullMarked;
