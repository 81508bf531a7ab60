package dev.serin.config.set;

import dev.serin.base.Problem;

/// Something that is allowed and probably not meant.
///
/// @param code names the kind of finding, such as `subset-selects-no-pod`
public record Finding(String code, Problem problem) {}
