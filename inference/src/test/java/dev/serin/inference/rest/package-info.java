/// Tests of the REST forms. Start here: [PredictCallTest].
@NullMarked
package dev.serin.inference.rest;

import org.jspecify.annotations.NullMarked;
