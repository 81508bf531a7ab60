/// Tests of the protobuf forms.
@NullMarked
package dev.serin.inference.grpc;

import org.jspecify.annotations.NullMarked;
