/// Rules in CEL that definitions hang on their schemas (`x-kubernetes-validations`): the types that
/// a schema gives to CEL, Kubernetes' functions, and what a rule says of a value. The language
/// itself is the library's. Start here: [RuleTree], then [Rule].
@NullMarked
package dev.serin.local.api.cel;

import org.jspecify.annotations.NullMarked;
