package dev.serin.proxy.tls.verify;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.stream.CertificateFacts;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A condition on one kind of a certificate's names. As Envoy's SubjectAltNameMatcher.
public record NameMatch(Function<CertificateFacts, List<String>> names, TextMatch match) {
    boolean test(CertificateFacts certificate) {
        for (var name : names.apply(certificate)) {
            if (match.test(name)) {
                return true;
            }
        }
        return false;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    static NameMatch of(SubjectAltNameMatcher matcher) throws ConfigProblem {
        var match = TextMatch.of(matcher.getMatcher());
        return switch (matcher.getSanType()) {
            case URI -> new NameMatch(CertificateFacts::uriSans, match);
            case EMAIL -> new NameMatch(CertificateFacts::emailSans, match);
            case IP_ADDRESS -> new NameMatch(CertificateFacts::ipSans, match);
            case DNS -> new NameMatch(CertificateFacts::dnsSans, dns(matcher.getMatcher(), match));
            case OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new ConfigProblem(
                            "match_typed_subject_alt_names.san_type",
                            matcher.getSanType() + " is not supported");
        };
    }

    /// A condition of which no kind is said: on names of every kind, as Envoy reads the older
    /// field.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    static List<NameMatch> ofAny(StringMatcher matcher) throws ConfigProblem {
        var match = TextMatch.of(matcher);
        return List.of(
                new NameMatch(CertificateFacts::uriSans, match),
                new NameMatch(CertificateFacts::dnsSans, dns(matcher, match)),
                new NameMatch(CertificateFacts::emailSans, match),
                new NameMatch(CertificateFacts::ipSans, match));
    }

    /// An exact name is matched by a certificate's wildcard too.
    private static TextMatch dns(StringMatcher matcher, TextMatch match) {
        return matcher.hasExact() ? name -> covers(name, matcher.getExact()) : match;
    }

    /// Whether a certificate's DNS name, maybe with a wildcard, stands for `host`.
    public static boolean covers(String name, String host) {
        var pattern = name.toLowerCase(Locale.ROOT);
        var wanted = host.toLowerCase(Locale.ROOT);
        if (!pattern.startsWith("*.")) {
            return pattern.equals(wanted);
        }
        var dot = wanted.indexOf('.');
        return dot > 0 && wanted.substring(dot).equals(pattern.substring(1));
    }
}
