/// Holds the table of Istio's fields against what is generated. Start here: FieldStatesTest.
@NullMarked
package dev.serin.controlplane.fields;

import org.jspecify.annotations.NullMarked;
