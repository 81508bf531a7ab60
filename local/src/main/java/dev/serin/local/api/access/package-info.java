/// Who may do what (RBAC): roles, their bindings, those that are there from the beginning, and who
/// may hand out which. Start here: [Access], then [Grants].
@NullMarked
package dev.serin.local.api.access;

import org.jspecify.annotations.NullMarked;
