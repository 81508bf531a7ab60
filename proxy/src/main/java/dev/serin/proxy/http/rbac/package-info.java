/// Who may make which request. Start here: [RbacFilters].
@NullMarked
package dev.serin.proxy.http.rbac;

import org.jspecify.annotations.NullMarked;
