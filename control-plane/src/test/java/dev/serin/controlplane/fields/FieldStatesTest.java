package dev.serin.controlplane.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.config.check.Validator;
import dev.serin.config.check.Violation;
import dev.serin.config.fields.FieldState;
import dev.serin.config.fields.FieldStates;
import dev.serin.config.schema.Type;
import dev.serin.controlplane.GoldenTest;
import dev.serin.controlplane.Manifests;
import dev.serin.controlplane.Views;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/// Keeps `istio.fields` honest: every field of the schemas stands there once, what works changes
/// what is generated when it is taken out of a golden case, what has no effect does not and is
/// warned of, what is refused is refused.
final class FieldStatesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final String WITHOUT_EFFECT = "without-effect";
    private final Fields fields = new Fields();
    private final FieldStates states = FieldStates.istio();
    private final Map<String, List<Resource>> cases = new LinkedHashMap<>();
    private final Map<String, Object> generated = new LinkedHashMap<>();

    @Test
    void everyFieldStandsInTheTableOnce() {
        var inSchemas = new TreeSet<String>();
        fields.owners()
                .forEach((name, owner) ->
                        owner.type().fields().forEach(f -> inSchemas.add(name + "." + f.name())));
        var inTable = new TreeSet<String>();
        each((type, field) -> {
            if (!field.contains("=")) {
                inTable.add(type + "." + field);
            }
        });
        var missing = new TreeSet<>(inSchemas);
        missing.removeAll(inTable);
        var unknown = new TreeSet<>(inTable);
        unknown.removeAll(inSchemas);
        assertEquals("[] []", missing + " " + unknown, "fields not in the table, and the reverse");
    }

    @Test
    void everyWordIsOneOfItsField() {
        each((type, field) -> {
            if (field.contains("=")) {
                var equals = field.indexOf('=');
                var owner = fields.owners().get(type);
                var known = owner == null ? null : owner.type().field(field.substring(0, equals));
                assertTrue(
                        known != null
                                && known.type() instanceof Type.Words words
                                && words.words().contains(field.substring(equals + 1)),
                        type + "." + field);
            }
        });
    }

    @Test
    void whatWorksChangesWhatIsGenerated() {
        var idle = new ArrayList<String>();
        each((type, field) -> {
            if (state(type, field) instanceof FieldState.Works works) {
                var proof = works.proof();
                var proved =
                        proof.contains("#")
                                ? isTest(proof)
                                : matters(proof, type, field) || isNeeded(proof, type, field);
                if (!proved) {
                    idle.add(type + "." + field + " in " + proof);
                }
            }
        });
        assertEquals(List.of(), idle, "not proved by the case or test that the table names");
    }

    @Test
    void whatHasNoEffectChangesNothingAndIsWarnedOf() {
        var wrong = new ArrayList<String>();
        each((type, field) -> {
            if (state(type, field) instanceof FieldState.WithoutEffect without) {
                if (without(WITHOUT_EFFECT, type, field) == null) {
                    wrong.add(type + "." + field + " is not in the case " + WITHOUT_EFFECT);
                } else if (matters(WITHOUT_EFFECT, type, field)) {
                    wrong.add(type + "." + field + " has an effect");
                }
                var told =
                        resources(WITHOUT_EFFECT).stream()
                                .flatMap(r -> states.warnings(r).stream());
                if (told.noneMatch(w -> w.endsWith(" has no effect: " + without.why()))) {
                    wrong.add(type + "." + field + " is not warned of");
                }
            }
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    void whatIsRefusedIsRefused() throws IOException {
        var refusals = new TreeSet<String>();
        for (var resource : Manifests.read(Files.readString(GOLDEN.resolve("../refused.yaml")))) {
            for (var violation : Validator.check(resource)) {
                if (violation instanceof Violation.Forbidden forbidden) {
                    refusals.add(forbidden.why() + "; " + forbidden.cure());
                }
            }
        }
        var taken = new ArrayList<String>();
        each((type, field) -> {
            if (state(type, field) instanceof FieldState.Refused refused
                    && !refusals.contains(refused.why() + "; " + refused.cure())) {
                taken.add(type + "." + field);
            }
        });
        assertEquals(List.of(), taken, "not refused in refused.yaml");
    }

    @Test
    void theSectionOfCompatibilityIsMadeOfTheTable() throws IOException {
        var file = Path.of("../COMPATIBILITY.md");
        var text = Files.readString(file);
        var begin = "<!-- istio.fields: written by FieldStatesTest with -Dgolden=write -->\n";
        var end = "<!-- end of istio.fields -->\n";
        var from = text.indexOf(begin) + begin.length();
        var to = text.indexOf(end);
        assertTrue(from >= begin.length() && to >= from, "the marks of the section are gone");
        var made = new FieldsAsMarkdown(fields.owners(), states).text();
        if (System.getProperty("golden", "").equals("write")) {
            Files.writeString(file, text.substring(0, from) + made + text.substring(to));
            return;
        }
        assertEquals(made, text.substring(from, to), "rewrite with -Dgolden=write");
    }

    private void each(BiConsumer<String, String> visit) {
        states.types()
                .forEach((type, all) -> all.keySet().forEach(field -> visit.accept(type, field)));
    }

    private FieldState state(String type, String field) {
        return states.types().getOrDefault(type, Map.of()).get(field);
    }

    private static boolean isTest(String proof) {
        var hash = proof.indexOf('#');
        try (var files = Files.walk(Path.of("src/test/java"))) {
            for (var file : files.toList()) {
                if (file.endsWith(proof.substring(0, hash) + ".java")) {
                    return Files.readString(file)
                            .contains("void " + proof.substring(hash + 1) + "(");
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether the case is refused without the field.
    boolean isNeeded(String name, String type, String field) {
        var less = without(name, type, field);
        return less != null && less.stream().anyMatch(r -> !Validator.check(r).isEmpty());
    }

    /// Whether the case comes out otherwise without the field.
    boolean matters(String name, String type, String field) {
        var less = without(name, type, field);
        if (less == null) {
            return false;
        }
        var whole = generated.computeIfAbsent(name, n -> generate(resources(n)));
        try {
            return !generate(less).equals(whole);
        } catch (AssertionError | RuntimeException e) {
            return true; // nothing can be made of it at all
        }
    }

    @org.jspecify.annotations.Nullable
    List<Resource> without(String name, String type, String field) {
        var equals = field.indexOf('=');
        var bare = equals < 0 ? field : field.substring(0, equals);
        var word = equals < 0 ? null : field.substring(equals + 1);
        var less = new ArrayList<Resource>();
        var found = false;
        for (var resource : resources(name)) {
            var other = fields.without(resource, type, bare, word);
            found |= other != null;
            less.add(other == null ? resource : other);
        }
        return found ? less : null;
    }

    private List<Resource> resources(String name) {
        return cases.computeIfAbsent(
                name,
                n -> {
                    try {
                        return Manifests.read(Files.readString(GOLDEN.resolve(n + ".in.yaml")));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static Object generate(List<Resource> all) {
        var golden = GoldenTest.Case.of(all);
        var mesh = Views.mesh(golden.resources());
        var made = new TreeMap<String, Object>();
        golden.nodes().forEach(n -> made.put(n.getId(), Views.all(Views.of(mesh, n))));
        return made;
    }
}
