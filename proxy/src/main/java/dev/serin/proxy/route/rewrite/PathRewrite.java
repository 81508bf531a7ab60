package dev.serin.proxy.route.rewrite;

/// How a path changes; its query stays.
public sealed interface PathRewrite {
    /// The path of a request after it.
    ///
    /// @param end where the query begins, or the path's length
    /// @param matched how many characters of the path the route's match covers
    default String apply(String path, int end, int matched) {
        return switch (this) {
            case None _ -> path;
            case Prefix prefix -> prefix.text() + path.substring(matched);
            case Regex regex ->
                    regex.substitution().apply(path.substring(0, end)) + path.substring(end);
            case Template template ->
                    template.target().apply(path.substring(0, end)) + path.substring(end);
        };
    }

    /// It stays.
    record None() implements PathRewrite {}

    /// What the route matched is replaced.
    record Prefix(String text) implements PathRewrite {}

    /// What an expression matches is replaced.
    record Regex(Substitution substitution) implements PathRewrite {}

    /// It is put together anew of what the route's template remembered.
    record Template(PathTemplate.Target target) implements PathRewrite {}
}
