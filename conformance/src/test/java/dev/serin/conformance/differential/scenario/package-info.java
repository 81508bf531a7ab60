/// What a scenario's file says, and the resources that it stands for. Start here: [Scenario], then
/// [ResourceSet].
@NullMarked
package dev.serin.conformance.differential.scenario;

import org.jspecify.annotations.NullMarked;
