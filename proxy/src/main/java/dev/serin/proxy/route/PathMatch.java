package dev.serin.proxy.route;

import com.google.re2j.Pattern;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.route.v3.RouteMatch;

/// A condition on the path without its query, and how much of the path a prefix rewrite replaces.
sealed interface PathMatch {
    boolean test(String path, int end);

    /// How many characters of `path[0, end)` a prefix rewrite replaces.
    int matched(int end);

    static PathMatch of(RouteMatch match) throws ConfigProblem {
        var fold = match.hasCaseSensitive() && !match.getCaseSensitive().getValue();
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> new Prefix(match.getPrefix(), fold);
            case PATH -> new Exact(match.getPath(), fold);
            case PATH_SEPARATED_PREFIX -> new Separated(match.getPathSeparatedPrefix(), fold);
            case SAFE_REGEX -> new Regex(TextMatch.pattern(match.getSafeRegex().getRegex()));
            case CONNECT_MATCHER, PATH_MATCH_POLICY, PATHSPECIFIER_NOT_SET ->
                    throw new ConfigProblem(
                            "match.path_specifier",
                            match.getPathSpecifierCase() + " is not supported");
        };
    }

    record Prefix(String prefix, boolean fold) implements PathMatch {
        @Override
        public boolean test(String path, int end) {
            return prefix.length() <= end
                    && path.regionMatches(fold, 0, prefix, 0, prefix.length());
        }

        @Override
        public int matched(int end) {
            return prefix.length();
        }
    }

    record Exact(String wanted, boolean fold) implements PathMatch {
        @Override
        public boolean test(String path, int end) {
            return end == wanted.length() && path.regionMatches(fold, 0, wanted, 0, end);
        }

        @Override
        public int matched(int end) {
            return end;
        }
    }

    record Separated(String prefix, boolean fold) implements PathMatch {
        @Override
        public boolean test(String path, int end) {
            var length = prefix.length();
            return length <= end
                    && path.regionMatches(fold, 0, prefix, 0, length)
                    && (length == end || path.charAt(length) == '/');
        }

        @Override
        public int matched(int end) {
            return prefix.length();
        }
    }

    record Regex(Pattern pattern) implements PathMatch {
        @Override
        public boolean test(String path, int end) {
            return pattern.matches(path.substring(0, end));
        }

        @Override
        public int matched(int end) {
            return end;
        }
    }
}
