/// Who owns which field of a resource, and server-side apply, which is decided by it. Start here:
/// [ManagedFields], then [Apply].
@NullMarked
package dev.serin.local.api.manage;

import org.jspecify.annotations.NullMarked;
