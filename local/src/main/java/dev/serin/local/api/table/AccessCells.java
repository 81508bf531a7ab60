package dev.serin.local.api.table;

import dev.serin.config.Resource;

import java.util.ArrayList;
import java.util.List;

/// The tables of roles and of their bindings.
final class AccessCells {
    private AccessCells() {}

    static Tables roles() {
        return new Tables(List.of(Column.named(), Column.created()));
    }

    static Tables bindings() {
        return new Tables(
                List.of(
                        Column.named(),
                        Column.text("Role", "What it gives.", AccessCells::role),
                        Column.age(),
                        Column.wide("Users", "Users it gives it to.", r -> subjects(r, "User")),
                        Column.wide("Groups", "Groups it gives it to.", r -> subjects(r, "Group")),
                        Column.wide(
                                "ServiceAccounts",
                                "Service accounts it gives it to.",
                                r -> subjects(r, "ServiceAccount"))));
    }

    private static String role(Resource binding) {
        var reference = binding.body().path("roleRef");
        return reference.path("kind").asString("") + "/" + reference.path("name").asString("");
    }

    private static String subjects(Resource binding, String kind) {
        var all = new ArrayList<String>();
        for (var subject : binding.body().path("subjects")) {
            if (subject.path("kind").asString("").equals(kind)) {
                var namespace = subject.path("namespace").asString("");
                all.add(
                        (kind.equals("ServiceAccount") ? namespace + "/" : "")
                                + subject.path("name").asString(""));
            }
        }
        return String.join(", ", all);
    }
}
