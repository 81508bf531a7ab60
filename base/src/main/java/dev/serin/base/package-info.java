/// What every module stands on: time, chance, lifecycle, flow, addresses and the one form of a
/// problem that a person reads. Start here: [Problem], then the packages by name.
@NullMarked
package dev.serin.base;

import org.jspecify.annotations.NullMarked;
