/// Tests of the package of the same name. Start here: the class that ends with Test.
@NullMarked
package dev.serin.controlplane.install;

import org.jspecify.annotations.NullMarked;
