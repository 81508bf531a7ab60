package dev.serin.local.api.cel.function;

import dev.cel.checker.CelCheckerBuilder;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Functions with what they do, gathered while the environment is built and unchanged after.
// What they do holds nothing that changes, which the functions of the JDK do not say of themselves.
@SuppressWarnings("Immutable")
final class Functions implements CelCompilerLibrary, CelRuntimeLibrary {
    private final Map<String, List<CelOverloadDecl>> declared = new LinkedHashMap<>();
    private final Map<String, List<CelFunctionBinding>> bound = new LinkedHashMap<>();

    <A> Functions global(
            String name,
            String id,
            CelType result,
            CelType type,
            Class<A> of,
            Function<A, ?> body) {
        declare(name, CelOverloadDecl.newGlobalOverload(id, result, type));
        bind(name, CelFunctionBinding.from(id, of, body::apply));
        return this;
    }

    <A> Functions member(
            String name,
            String id,
            CelType result,
            CelType type,
            Class<A> of,
            Function<A, ?> body) {
        declare(name, CelOverloadDecl.newMemberOverload(id, result, type));
        bind(name, CelFunctionBinding.from(id, of, body::apply));
        return this;
    }

    Functions global(
            String name, CelOverloadDecl overload, Function<Object[], ?> body, Class<?>... of) {
        declare(name, overload);
        bind(name, CelFunctionBinding.from(overload.overloadId(), List.of(of), body::apply));
        return this;
    }

    <A, B> Functions member(
            String name,
            String id,
            CelType result,
            List<CelType> types,
            Class<A> of,
            Class<B> argument,
            BiFunction<A, B, ?> body) {
        declare(name, CelOverloadDecl.newMemberOverload(id, result, types));
        bind(name, CelFunctionBinding.from(id, of, argument, body::apply));
        return this;
    }

    private void declare(String name, CelOverloadDecl overload) {
        declared.computeIfAbsent(name, _ -> new ArrayList<>()).add(overload);
    }

    private void bind(String name, CelFunctionBinding binding) {
        bound.computeIfAbsent(name, _ -> new ArrayList<>()).add(binding);
    }

    @Override
    public void setCheckerOptions(CelCheckerBuilder checker) {
        declared.forEach((name, overloads) ->
                checker.addFunctionDeclarations(
                        CelFunctionDecl.newFunctionDeclaration(name, overloads)));
    }

    /// A name that the language has too keeps the language's dispatch for values whose type is
    /// known only when they are read.
    @Override
    public void setRuntimeOptions(CelRuntimeBuilder runtime) {
        bound.forEach((name, bindings) ->
                runtime.addFunctionBindings(
                        KubernetesFunctions.LANGUAGES_OWN.contains(name)
                                ? bindings
                                : CelFunctionBinding.fromOverloads(name, bindings)));
    }
}
