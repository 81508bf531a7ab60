package dev.serin.proxy.rbac;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.ValueMatch;
import dev.serin.proxy.stream.DynamicMetadata;

import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;

import java.util.ArrayList;

/// A condition on what filters found out, or on what the route says of itself. As Envoy's
/// MetadataMatcher.
final class MetadataCondition {
    private MetadataCondition() {}

    static Condition dynamic(MetadataMatcher matcher) throws ConfigProblem {
        return of(matcher, false);
    }

    static Condition of(SourcedMetadata sourced) throws ConfigProblem {
        return of(
                sourced.getMetadataMatcher(), sourced.getMetadataSource() == MetadataSource.ROUTE);
    }

    private static Condition of(MetadataMatcher matcher, boolean ofRoute) throws ConfigProblem {
        var path = new ArrayList<String>();
        for (var segment : matcher.getPathList()) {
            path.add(segment.getKey());
        }
        var match = ValueMatch.of(matcher.getValue());
        var filter = matcher.getFilter();
        var invert = matcher.getInvert();
        return visit -> {
            var struct =
                    ofRoute
                            ? visit.routeMetadata().get(filter)
                            : DynamicMetadata.get(visit.slots(), filter);
            return match.test(DynamicMetadata.at(struct, path)) != invert;
        };
    }
}
