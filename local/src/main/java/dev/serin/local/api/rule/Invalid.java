package dev.serin.local.api.rule;

import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;

import java.util.List;

/// The refusal of a body that breaks its kind's rules, with every violation.
public final class Invalid {
    private Invalid() {}

    public static Refusal of(ServedKind served, String name, List<Refusal.Cause> causes) {
        var texts =
                causes.stream()
                        .map(c -> (c.field().isEmpty() ? "" : c.field() + ": ") + c.message())
                        .toList();
        return new Refusal(
                422,
                "Invalid",
                served.title()
                        + " \""
                        + name
                        + "\" is invalid: "
                        + (texts.size() == 1
                                ? texts.getFirst()
                                : "[" + String.join(", ", texts) + "]"),
                new Refusal.Details(
                        name, served.kind().group(), served.kind().kind(), "", causes, 0));
    }
}
