/// Who may connect. Start here: [ConnectionRbac].
@NullMarked
package dev.serin.proxy.network.rbac;

import org.jspecify.annotations.NullMarked;
