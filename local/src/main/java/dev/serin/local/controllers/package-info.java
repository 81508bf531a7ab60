/// The controllers of the one-machine Kubernetes: each moves one kind of thing towards what is
/// written, however it came to differ. Start here: [Controllers], which says what runs, then
/// [Controller] and [ControllerLoop], the shape that all of them share.
@NullMarked
package dev.serin.local.controllers;

import org.jspecify.annotations.NullMarked;
