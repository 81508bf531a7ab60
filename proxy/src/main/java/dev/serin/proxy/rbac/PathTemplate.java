package dev.serin.proxy.rbac;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;

import java.util.regex.Pattern;

/// A path with `*` for one segment, `**` for any number of them, and `{name=…}` around either. As
/// Envoy's UriTemplateMatchConfig.
final class PathTemplate {
    private static final Pattern VARIABLE =
            Pattern.compile("\\{[A-Za-z][A-Za-z0-9_]*(=([^{}]*))?}");
    private static final String SEGMENT = "[^/]+";
    private static final String SEGMENTS = ".*";

    private PathTemplate() {}

    /// @throws ConfigProblem if it is none
    static TextMatch of(String template) throws ConfigProblem {
        if (!template.startsWith("/")) {
            throw new ConfigProblem("path_template", "'" + template + "' does not begin with /");
        }
        var bare =
                VARIABLE.matcher(template)
                        .replaceAll(m -> m.group(2) == null ? "*" : m.group(2).replace("$", "\\$"));
        var regex = new StringBuilder();
        for (var segment : bare.substring(1).split("/", -1)) {
            regex.append('/').append(segment(template, segment));
        }
        return TextMatch.regex(RegexMatcher.newBuilder().setRegex(regex.toString()).build());
    }

    private static String segment(String template, String segment) throws ConfigProblem {
        if (segment.equals("*")) {
            return SEGMENT;
        }
        if (segment.startsWith("**")) {
            return SEGMENTS + quoted(template, segment.substring(2));
        }
        return quoted(template, segment);
    }

    private static String quoted(String template, String text) throws ConfigProblem {
        if (text.indexOf('*') >= 0 || text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
            throw new ConfigProblem("path_template", "'" + template + "' is none");
        }
        return com.google.re2j.Pattern.quote(text);
    }
}
