package dev.serin.proxy.rbac;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate;
import com.github.xds.type.matcher.v3.Matcher.MatcherTree.MatchMap;
import com.github.xds.type.matcher.v3.Matcher.OnMatch;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.base.net.Cidr;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.socket.IpLiteral;

import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A tree of matchers whose leaves say what becomes of a visit; what comes to no leaf is refused.
/// Immutable. As Envoy's RBAC with an xDS Matcher.
///
/// @param logs whether a leaf logs, so that each visit gets a hint
record MatchTree(Node root, boolean logs) implements Engine {
    private static final String IP = "envoy.extensions.matching.input_matchers.ip.v3.Ip";
    private static final String ACTION = "envoy.config.rbac.v3.Action";

    /// A part of the tree.
    @FunctionalInterface
    interface Node {
        Node NOTHING = _ -> null;

        /// The leaf that `visit` comes to; null if it comes to none.
        @Nullable Leaf find(Visit visit);
    }

    /// Its end.
    record Leaf(@Nullable String name, Rules.Action action) implements Node {
        /// Of a visit of which something that counts cannot be known.
        static final Leaf UNKNOWN = new Leaf(null, Rules.Action.DENY);

        @Override
        public Leaf find(Visit visit) {
            return this;
        }
    }

    /// A condition that may need what cannot be known.
    @FunctionalInterface
    private interface Question {
        /// Null if it cannot be answered.
        @Nullable Boolean ask(Visit visit);
    }

    private record Branch(Question condition, Node then) {}

    /// @param requests whether there are requests to look at, not just connections
    static MatchTree of(Matcher message, boolean requests) throws ConfigProblem {
        var compiling = new Compiling(requests);
        var root = compiling.matcher(message);
        return new MatchTree(root, compiling.logs);
    }

    @Override
    public Verdict judge(Visit visit) {
        var leaf = root.find(visit);
        if (logs) {
            Engine.hint(visit, leaf != null && leaf.action() == Rules.Action.LOG);
        }
        return leaf == null
                ? new Verdict(false, null)
                : new Verdict(leaf.action() != Rules.Action.DENY, leaf.name());
    }

    private static final class Compiling {
        private final boolean requests;
        private boolean logs;

        Compiling(boolean requests) {
            this.requests = requests;
        }

        Node matcher(Matcher message) throws ConfigProblem {
            var otherwise = message.hasOnNoMatch() ? then(message.getOnNoMatch()) : Node.NOTHING;
            return switch (message.getMatcherTypeCase()) {
                case MATCHER_LIST -> list(message.getMatcherList(), otherwise);
                case MATCHER_TREE -> tree(message.getMatcherTree(), otherwise);
                case MATCHERTYPE_NOT_SET -> otherwise;
            };
        }

        private Node then(OnMatch message) throws ConfigProblem {
            return switch (message.getOnMatchCase()) {
                case MATCHER -> matcher(message.getMatcher());
                case ACTION -> leaf(config(message.getAction()));
                case ONMATCH_NOT_SET ->
                        throw new ConfigProblem("on_match", "has neither matcher nor action");
            };
        }

        private Leaf leaf(ExtensionConfig config) throws ConfigProblem {
            if (!config.type().equals(ACTION)) {
                throw new ConfigProblem("action", config.type() + " is not supported");
            }
            var action = config.as(Action.parser());
            logs |= action.getAction() == RBAC.Action.LOG;
            return new Leaf(
                    action.getName(),
                    switch (action.getAction()) {
                        case ALLOW -> Rules.Action.ALLOW;
                        case DENY -> Rules.Action.DENY;
                        case LOG -> Rules.Action.LOG;
                        case UNRECOGNIZED -> throw new ConfigProblem("action", "unknown value");
                    });
        }

        private Node list(Matcher.MatcherList message, Node otherwise) throws ConfigProblem {
            var branches = new ArrayList<Branch>();
            for (var field : message.getMatchersList()) {
                branches.add(new Branch(condition(field.getPredicate()), then(field.getOnMatch())));
            }
            var all = List.copyOf(branches);
            return visit -> {
                for (var branch : all) {
                    var met = branch.condition().ask(visit);
                    if (met == null) {
                        return Leaf.UNKNOWN;
                    }
                    var leaf = met ? branch.then().find(visit) : null;
                    if (leaf != null) {
                        return leaf;
                    }
                }
                return otherwise.find(visit);
            };
        }

        private Question condition(Predicate message) throws ConfigProblem {
            return switch (message.getMatchTypeCase()) {
                case SINGLE_PREDICATE -> single(message.getSinglePredicate());
                case OR_MATCHER -> until(true, several(message.getOrMatcher()));
                case AND_MATCHER -> until(false, several(message.getAndMatcher()));
                case NOT_MATCHER -> {
                    var inner = condition(message.getNotMatcher());
                    yield visit -> {
                        var met = inner.ask(visit);
                        return met == null ? null : (Boolean) !met;
                    };
                }
                case MATCHTYPE_NOT_SET -> throw new ConfigProblem("predicate", "is empty");
            };
        }

        /// The first answer that is `settles`, or none; else the other one.
        private static Question until(boolean settles, List<Question> parts) {
            return visit -> {
                for (var part : parts) {
                    var met = part.ask(visit);
                    if (met == null || met == settles) {
                        return met;
                    }
                }
                return !settles;
            };
        }

        private List<Question> several(Predicate.PredicateList list) throws ConfigProblem {
            if (list.getPredicateCount() < 2) {
                throw new ConfigProblem("predicate", "a list has two or more");
            }
            var parts = new ArrayList<Question>();
            for (var part : list.getPredicateList()) {
                parts.add(condition(part));
            }
            return parts;
        }

        private Question single(SinglePredicate message) throws ConfigProblem {
            var input = Input.of(config(message.getInput()), requests);
            var match =
                    switch (message.getMatcherCase()) {
                        case VALUE_MATCH -> text(message.getValueMatch());
                        case CUSTOM_MATCH -> addresses(config(message.getCustomMatch()));
                        case MATCHER_NOT_SET ->
                                throw new ConfigProblem("single_predicate", "has no matcher");
                    };
            return visit -> {
                if (!input.knows(visit)) {
                    return null;
                }
                var value = input.of(visit);
                return value != null && match.test(value);
            };
        }

        /// Both kinds of StringMatcher have the same fields under the same numbers.
        private static TextMatch text(com.github.xds.type.matcher.v3.StringMatcher message)
                throws ConfigProblem {
            try {
                return TextMatch.of(StringMatcher.parseFrom(message.toByteString()));
            } catch (InvalidProtocolBufferException e) {
                throw new ConfigProblem("value_match", "does not parse: " + e.getMessage());
            }
        }

        private static TextMatch addresses(ExtensionConfig config) throws ConfigProblem {
            if (!config.type().equals(IP)) {
                throw new ConfigProblem("custom_match", config.type() + " is not supported");
            }
            var ranges = new ArrayList<Cidr>();
            for (var range : config.as(Ip.parser()).getCidrRangesList()) {
                try {
                    ranges.add(
                            Cidr.of(
                                    InetAddress.ofLiteral(range.getAddressPrefix()),
                                    range.getPrefixLen().getValue()));
                } catch (IllegalArgumentException e) {
                    throw new ConfigProblem(
                            "custom_match.cidr_ranges",
                            "'" + range.getAddressPrefix() + "' is not an IP address");
                }
            }
            return text -> {
                try {
                    var address = IpLiteral.of(text);
                    return ranges.stream().anyMatch(r -> r.holds(address));
                } catch (IllegalArgumentException e) {
                    return false; // an input may be any text
                }
            };
        }

        private Node tree(Matcher.MatcherTree message, Node otherwise) throws ConfigProblem {
            var input = Input.of(config(message.getInput()), requests);
            return switch (message.getTreeTypeCase()) {
                case EXACT_MATCH_MAP -> {
                    var whole = Map.copyOf(map(message.getExactMatchMap()));
                    yield visit -> {
                        if (!input.knows(visit)) {
                            return Leaf.UNKNOWN;
                        }
                        var value = input.of(visit);
                        var then = value == null ? null : whole.get(value);
                        var leaf = then == null ? null : then.find(visit);
                        return leaf == null ? otherwise.find(visit) : leaf;
                    };
                }
                case PREFIX_MATCH_MAP -> prefixes(input, message.getPrefixMatchMap(), otherwise);
                case CUSTOM_MATCH, TREETYPE_NOT_SET ->
                        throw new ConfigProblem(
                                "matcher_tree", message.getTreeTypeCase() + " is not supported");
            };
        }

        /// The longest prefix first, the shorter ones where that leads nowhere.
        private Node prefixes(Input input, MatchMap message, Node otherwise) throws ConfigProblem {
            var longest =
                    map(message).entrySet().stream()
                            .sorted(Comparator.comparingInt(e -> -e.getKey().length()))
                            .toList();
            return visit -> {
                if (!input.knows(visit)) {
                    return Leaf.UNKNOWN;
                }
                var value = input.of(visit);
                for (var entry : longest) {
                    var hit = value != null && value.startsWith(entry.getKey());
                    var leaf = hit ? entry.getValue().find(visit) : null;
                    if (leaf != null) {
                        return leaf;
                    }
                }
                return otherwise.find(visit);
            };
        }

        private Map<String, Node> map(MatchMap message) throws ConfigProblem {
            var nodes = new HashMap<String, Node>();
            for (var entry : message.getMapMap().entrySet()) {
                nodes.put(entry.getKey(), then(entry.getValue()));
            }
            return nodes;
        }

        private static ExtensionConfig config(TypedExtensionConfig message) throws ConfigProblem {
            return ExtensionConfig.of(message.getName(), message.getTypedConfig());
        }
    }
}
