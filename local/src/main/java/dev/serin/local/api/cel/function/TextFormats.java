package dev.serin.local.api.cel.function;

import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Kubernetes' named formats: `format.dns1123Label().validate(self)` is none for a text that fits.
final class TextFormats {
    private static final CelType FORMAT = OpaqueType.create("kubernetes.NamedFormat");
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?";
    private static final Map<String, Format> ALL = new LinkedHashMap<>();

    /// @param wrong what is said of a text that does not fit
    record Format(String name, Predicate<String> fits, String wrong) {}

    static {
        label("dns1123Label", LABEL, 63);
        label("dns1123Subdomain", LABEL + "(\\." + LABEL + ")*", 253);
        label("dns1035Label", "[a-z]([-a-z0-9]*[a-z0-9])?", 63);
        label("dns1123LabelPrefix", LABEL + "-?", 63);
        label("dns1123SubdomainPrefix", LABEL + "(\\." + LABEL + ")*[-.]?", 253);
        label("dns1035LabelPrefix", "[a-z]([-a-z0-9]*[a-z0-9])?-?", 63);
        label("labelValue", "(" + NAME + ")?", 63);
        add(
                "qualifiedName",
                text -> {
                    var cut = text.indexOf('/');
                    var name = text.substring(cut + 1);
                    return name.length() <= 63
                            && name.matches(NAME)
                            && (cut < 0
                                    || cut <= 253
                                            && text.substring(0, cut)
                                                    .matches(LABEL + "(\\." + LABEL + ")*"));
                },
                "a name must consist of letters, digits, '-', '_' or '.', with an optional domain"
                        + " and '/' before it");
        add("uri", text -> parses(() -> new URI(text)), "invalid URI");
        label("uuid", "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", 36);
        add("byte", text -> parses(() -> Base64.getDecoder().decode(text)), "invalid base64");
        add("date", text -> parses(() -> LocalDate.parse(text)), "invalid date");
        add("datetime", text -> parses(() -> OffsetDateTime.parse(text)), "invalid datetime");
    }

    private TextFormats() {}

    private interface Parser {
        Object parse() throws URISyntaxException;
    }

    private static boolean parses(Parser parser) {
        try {
            parser.parse();
            return true;
        } catch (URISyntaxException | DateTimeException | IllegalArgumentException _) {
            return false;
        }
    }

    private static void label(String name, String form, int most) {
        var pattern = Pattern.compile(form);
        add(
                name,
                text -> text.length() <= most && pattern.matcher(text).matches(),
                "must be no more than %d characters and match '%s'".formatted(most, form));
    }

    private static void add(String name, Predicate<String> fits, String wrong) {
        ALL.put(name, new Format(name, fits, wrong));
    }

    static Functions all() {
        var all = new Functions();
        ALL.forEach((name, format) ->
                all.global(
                        "format." + name,
                        CelOverloadDecl.newGlobalOverload("format." + name, FORMAT),
                        _ -> format));
        all.global(
                "format.named",
                "format-named",
                OptionalType.create(FORMAT),
                SimpleType.STRING,
                String.class,
                name -> Optional.ofNullable(ALL.get(name)));
        all.member(
                "validate",
                "format-validate",
                OptionalType.create(ListType.create(SimpleType.STRING)),
                List.of(FORMAT, SimpleType.STRING),
                Format.class,
                String.class,
                (format, text) ->
                        format.fits().test(text)
                                ? Optional.empty()
                                : Optional.of(List.of(format.wrong())));
        return all;
    }
}
