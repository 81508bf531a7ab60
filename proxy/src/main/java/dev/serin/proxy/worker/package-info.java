/// The threads that carry traffic. Start here: [Workers], then [Worker].
@NullMarked
package dev.serin.proxy.worker;

import org.jspecify.annotations.NullMarked;
