/// Changes headers as told. Start here: [HeaderMutationFilters].
@NullMarked
package dev.serin.proxy.http.headermutation;

import org.jspecify.annotations.NullMarked;
