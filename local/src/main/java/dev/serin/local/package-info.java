/// Kubernetes of one machine, as large as the mesh needs. Start here: the packages by name.
@NullMarked
package dev.serin.local;

import org.jspecify.annotations.NullMarked;
