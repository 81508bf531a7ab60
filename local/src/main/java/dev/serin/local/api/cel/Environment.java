package dev.serin.local.api.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import dev.serin.local.api.cel.function.Equality;
import dev.serin.local.api.cel.function.KubernetesFunctions;
import dev.serin.local.api.cel.function.Unordered;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The language as Kubernetes has it: the standard functions, the library's extensions, and
/// Kubernetes' own functions. Immutable, for all definitions.
final class Environment {
    /// How often the bodies of all loops of one rule may run for one value. Kubernetes counts costs
    /// (1,000,000 a rule and value), of which a turn of a loop takes some.
    static final int MOST_TURNS = 250_000;

    private static final Pattern CANDIDATES = Pattern.compile(" \\(candidates: .*\\)(?=\n|$)");
    private static final Pattern SYNTAX =
            Pattern.compile(
                    "(ERROR: <input>:\\d+:\\d+: )(no viable|mismatched|extraneous|missing|token"
                            + " recognition)");

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .comprehensionMaxIterations(MOST_TURNS)
                    .enableHeterogeneousNumericComparisons(true)
                    .maxParseRecursionDepth(64)
                    .build();

    private static final CelCompiler COMPILER =
            CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                    .addLibraries(
                            CelExtensions.optional(2),
                            CelExtensions.strings(),
                            CelExtensions.sets(OPTIONS),
                            CelExtensions.lists(),
                            CelExtensions.comprehensions())
                    .addLibraries(KubernetesFunctions.declared())
                    .build();

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.plannerRuntimeBuilder()
                    .setOptions(OPTIONS)
                    .setStandardFunctions(
                            CelStandardFunctions.newBuilder()
                                    .filterFunctions((function, overload) ->
                                            function != StandardFunction.EQUALS
                                                    && function != StandardFunction.NOT_EQUALS
                                                    && overload != AddOverload.ADD_LIST)
                                    .build())
                    .addFunctionBindings(
                            CelFunctionBinding.from(
                                    "add_list", List.class, List.class, Environment::sum))
                    .addFunctionBindings(
                            CelFunctionBinding.fromOverloads(
                                    "_==_",
                                    CelFunctionBinding.from(
                                            "equals", Object.class, Object.class, Equality::same)))
                    .addFunctionBindings(
                            CelFunctionBinding.fromOverloads(
                                    "_!=_",
                                    CelFunctionBinding.from(
                                            "not_equals",
                                            Object.class,
                                            Object.class,
                                            (one, other) -> !Equality.same(one, other))))
                    .addLibraries(
                            CelExtensions.optional(2),
                            CelExtensions.strings(),
                            CelExtensions.sets(OPTIONS),
                            CelExtensions.lists(),
                            CelExtensions.comprehensions())
                    .addLibraries(KubernetesFunctions.bound())
                    .build();

    private Environment() {}

    private static List<?> sum(List<?> one, List<?> other) {
        if (one instanceof Unordered set) {
            return set.with(other);
        }
        var all = new ArrayList<Object>(one);
        all.addAll(other);
        return all;
    }

    /// A compiler that knows `self` and `oldSelf`.
    static CelCompiler compiler(CelType self, CelType old, Map<String, CelType> types) {
        return COMPILER.toCompilerBuilder()
                .setTypeProvider(new Named(types))
                .addVar("self", self)
                .addVar("oldSelf", old)
                .build();
    }

    /// @throws CelValidationException with Kubernetes' words for what is wrong
    static CelAbstractSyntaxTree compile(CelCompiler compiler, String text)
            throws CelValidationException {
        return compiler.compile(text, "<input>").getAst();
    }

    /// What the parser says begins with what it is about in Kubernetes.
    static String words(CelValidationException e) {
        var plain = CANDIDATES.matcher(String.valueOf(e.getMessage())).replaceAll("");
        return SYNTAX.matcher(plain).replaceAll("$1Syntax error: $2");
    }

    static CelRuntime.Program program(CelAbstractSyntaxTree tree) throws CelEvaluationException {
        return RUNTIME.createProgram(tree);
    }

    // The map is not changed once the compiler is built.
    @SuppressWarnings("Immutable")
    private record Named(Map<String, CelType> all) implements CelTypeProvider {
        @Override
        public com.google.common.collect.ImmutableCollection<CelType> types() {
            return com.google.common.collect.ImmutableList.copyOf(all.values());
        }

        @Override
        public Optional<CelType> findType(String name) {
            return Optional.ofNullable(all.get(name));
        }
    }
}
