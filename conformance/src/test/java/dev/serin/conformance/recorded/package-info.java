/// What kubectl and fabric8 asked of a real Kubernetes and were answered, command by command
/// (recorded once, in the folder that the property `serin.transcripts` names), played again against
/// the local API. Each command meets what the recorded server held when it began, as far as the
/// records show it; what the kubelet and the controllers did meanwhile comes from the record too.
/// Start here: [RecordedCommandsTest], then [Play].
@NullMarked
package dev.serin.conformance.recorded;

import org.jspecify.annotations.NullMarked;
