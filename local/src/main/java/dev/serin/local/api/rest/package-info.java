/// REST on resources: what each method of each path means. Start here: [RestApi], then [Target].
@NullMarked
package dev.serin.local.api.rest;

import org.jspecify.annotations.NullMarked;
