package dev.serin.proxy.route;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.re2j.Pattern;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.rewrite.PathTemplate;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;

/// A condition on the path without its query, and how much of the path a prefix rewrite replaces.
sealed interface PathMatch {
    /// @param end of the path that counts; what follows is its query
    boolean test(RequestHead request, String path, int end);

    /// How many characters of `path[0, end)` a prefix rewrite replaces.
    int matched(int end);

    static PathMatch of(RouteMatch match) throws ConfigProblem {
        var fold = match.hasCaseSensitive() && !match.getCaseSensitive().getValue();
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> new Prefix(match.getPrefix(), fold);
            case PATH -> new Exact(match.getPath(), fold);
            case PATH_SEPARATED_PREFIX -> new Separated(match.getPathSeparatedPrefix(), fold);
            case SAFE_REGEX -> new Regex(TextMatch.pattern(match.getSafeRegex().getRegex()));
            case CONNECT_MATCHER -> new Connect();
            case PATH_MATCH_POLICY -> template(match.getPathMatchPolicy());
            case PATHSPECIFIER_NOT_SET ->
                    throw new ConfigProblem("match.path_specifier", "is missing");
        };
    }

    private static PathMatch template(TypedExtensionConfig policy) throws ConfigProblem {
        var type = policy.getTypedConfig().getTypeUrl();
        if (!type.endsWith("/" + UriTemplateMatchConfig.getDescriptor().getFullName())) {
            throw new ConfigProblem("match.path_match_policy", "'" + type + "' is not supported");
        }
        try {
            var config = UriTemplateMatchConfig.parseFrom(policy.getTypedConfig().getValue());
            return new Template(PathTemplate.of(config.getPathTemplate()));
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("match.path_match_policy", "does not parse: " + e.getMessage());
        }
    }

    record Prefix(String prefix, boolean fold) implements PathMatch {
        @Override
        public boolean test(RequestHead request, String path, int end) {
            return prefix.length() <= end
                    && path.regionMatches(fold, 0, prefix, 0, prefix.length());
        }

        @Override
        public int matched(int end) {
            return Math.min(prefix.length(), end);
        }
    }

    record Exact(String wanted, boolean fold) implements PathMatch {
        @Override
        public boolean test(RequestHead request, String path, int end) {
            return end == wanted.length() && path.regionMatches(fold, 0, wanted, 0, end);
        }

        @Override
        public int matched(int end) {
            return end;
        }
    }

    record Separated(String prefix, boolean fold) implements PathMatch {
        @Override
        public boolean test(RequestHead request, String path, int end) {
            var length = prefix.length();
            return length <= end
                    && path.regionMatches(fold, 0, prefix, 0, length)
                    && (length == end || path.charAt(length) == '/');
        }

        @Override
        public int matched(int end) {
            return Math.min(prefix.length(), end);
        }
    }

    record Regex(Pattern pattern) implements PathMatch {
        @Override
        public boolean test(RequestHead request, String path, int end) {
            return pattern.matches(path.substring(0, end));
        }

        @Override
        public int matched(int end) {
            return end;
        }
    }

    record Template(PathTemplate template) implements PathMatch {
        @Override
        public boolean test(RequestHead request, String path, int end) {
            return template.test(path.substring(0, end));
        }

        @Override
        public int matched(int end) {
            return end;
        }
    }

    /// CONNECT requests, with a path or without.
    record Connect() implements PathMatch {
        @Override
        public boolean test(RequestHead request, String path, int end) {
            return request.method().equals("CONNECT");
        }

        @Override
        public int matched(int end) {
            return end;
        }
    }
}
