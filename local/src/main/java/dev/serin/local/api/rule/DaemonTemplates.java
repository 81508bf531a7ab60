package dev.serin.local.api.rule;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

/// The number of a DaemonSet's template, an annotation that grows with each change of it.
final class DaemonTemplates {
    private static final String NUMBER = "deprecated.daemonset.template.generation";

    private DaemonTemplates() {}

    static void number(ObjectNode body, @Nullable Resource old) {
        var number = 1L;
        if (old != null) {
            number = number(old.annotations().get(NUMBER));
            var template = body.path("spec").path("template");
            if (!template.equals(old.spec().path("template"))) {
                number++;
            }
        }
        body.withObject("/metadata").withObject("/annotations").put(NUMBER, Long.toString(number));
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? 1 : Long.parseLong(text);
        } catch (NumberFormatException _) {
            return 1;
        }
    }
}
