/// Bodies against the types of their kind: reading, checking, protobuf. Start here: [Known], then
/// [Protobuf].
@NullMarked
package dev.serin.local.api.shape;

import org.jspecify.annotations.NullMarked;
