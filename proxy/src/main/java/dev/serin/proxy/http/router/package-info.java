/// The last filter: takes a stream to a host, and to another if that is wise. Start here: [Router],
/// then [RoutedStream].
@NullMarked
package dev.serin.proxy.http.router;

import org.jspecify.annotations.NullMarked;
