package dev.serin.local.api.cel.function;

import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.runtime.CelRuntimeLibrary;

import java.util.List;
import java.util.Set;

/// All functions that Kubernetes has beside the language and the library's extensions. Immutable.
public final class KubernetesFunctions {
    /// Names that both the language and Kubernetes' functions have.
    static final Set<String> LANGUAGES_OWN = Set.of("indexOf", "lastIndexOf", "string");

    private static final List<Functions> ALL =
            List.of(
                    ListFunctions.all(),
                    TextFunctions.all(),
                    UrlFunctions.all(),
                    Amounts.all(),
                    AddressFunctions.all(),
                    TextFormats.all(),
                    SemanticVersions.all());

    private KubernetesFunctions() {}

    public static List<? extends CelCompilerLibrary> declared() {
        return ALL;
    }

    public static List<? extends CelRuntimeLibrary> bound() {
        return ALL;
    }
}
