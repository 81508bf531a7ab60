package dev.serin.proxy.http.router;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.route.FollowedRedirects;
import dev.serin.proxy.route.FollowedRedirects.Listed;
import dev.serin.proxy.route.FollowedRedirects.NoPrevious;
import dev.serin.proxy.route.FollowedRedirects.NoUpgradeToHttps;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.Slot;
import dev.serin.proxy.stream.Slots;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The redirects of hosts that the proxy has followed for one client's request, from stream to
/// stream: it says which further one is followed and turns the request's head to it. The stream's
/// event loop only. As Envoy's internal redirects, their counters included.
public final class RedirectTrail {
    private static final Slot<RedirectTrail> SLOT = new Slot<>(RedirectTrail.class, "redirects");

    private final Map<String, Set<String>> led = new HashMap<>(2);
    private int followed;

    /// Hands it from a stream to the one that goes on for it.
    public static void carry(Slots from, Slots to) {
        var trail = from.get(SLOT);
        if (trail != null) {
            to.put(SLOT, trail);
        }
    }

    /// Turns the stream's request to where `answer` points; false, with nothing changed, if that is
    /// not to be followed.
    static boolean follow(
            RoutedStream stream, FollowedRedirects policy, ResponseHead answer, KeptBody body) {
        var location = answer.headers().get("location");
        if (location == null) {
            return false;
        }
        var slots = stream.slots();
        var trail = slots.get(SLOT);
        if (trail == null) {
            trail = new RedirectTrail();
            slots.put(SLOT, trail);
        }
        var method = stream.request().method();
        var problem = trail.turn(stream, policy, answer, location);
        if (problem != null) {
            stream.count("passthrough_internal_redirect_" + problem);
        }
        if (!method.equals(stream.request().method())) {
            body.release(); // it is a GET now
        }
        return problem == null;
    }

    /// Null if it went well, else what Envoy's counter of the problem is called.
    private @Nullable String turn(
            RoutedStream stream, FollowedRedirects policy, ResponseHead answer, String location) {
        var to = target(location);
        if (to == null) {
            return "bad_location";
        }
        var request = stream.request();
        var https = request.scheme().equals("https") && stream.downstream().tls() != null;
        var toHttps = !to.getScheme().equalsIgnoreCase("http");
        if (https != toHttps && !policy.crossScheme()) {
            return "unsafe_scheme";
        }
        if (Integer.compareUnsigned(followed, policy.most()) >= 0) {
            return "too_many_redirects";
        }
        var before = request.copy();
        copy(policy, answer.headers(), request.headers());
        point(request, to);
        var route = stream.route();
        var next = route == null ? null : route.other(stream);
        var problem =
                next == null
                        ? "no_route"
                        : allowed(policy, nameOf(route), next.name(), https, toHttps)
                                ? null
                                : "predicate";
        if (problem != null) {
            request.restore(before);
            return problem;
        }
        if (answer.status() == 303
                && !request.method().equals("GET")
                && !request.method().equals("HEAD")) {
            request.method("GET");
            request.headers().remove("content-length");
        }
        followed++;
        request.headers()
                .set(
                        "x-envoy-original-url",
                        (https ? "https://" : "http://") + before.authority() + before.path());
        return null;
    }

    private static String nameOf(@Nullable RouteMatch route) {
        return route == null ? "" : route.name();
    }

    /// Null if it is no whole URL.
    private static @Nullable URI target(String location) {
        try {
            var to = new URI(location);
            return to.getScheme() == null || to.getRawAuthority() == null ? null : to;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static void point(RequestHead request, URI to) {
        var path = to.getRawPath().isEmpty() ? "/" : to.getRawPath();
        request.scheme(to.getScheme());
        var authority = to.getRawAuthority();
        request.authority(authority.substring(authority.lastIndexOf('@') + 1));
        request.path(to.getRawQuery() == null ? path : path + "?" + to.getRawQuery());
    }

    private static void copy(FollowedRedirects policy, Headers from, Headers to) {
        for (var name : policy.copied()) {
            to.remove(name);
            for (var at = from.indexOf(name, 0); at >= 0; at = from.indexOf(name, at + 1)) {
                to.add(name, from.value(at));
            }
        }
    }

    private boolean allowed(
            FollowedRedirects policy, String from, String to, boolean https, boolean toHttps) {
        for (var predicate : policy.where()) {
            var agrees =
                    switch (predicate) {
                        case NoPrevious _ ->
                                led.computeIfAbsent(from, _ -> new HashSet<>()).add(to);
                        case Listed listed -> listed.routes().contains(to);
                        case NoUpgradeToHttps _ -> https || !toHttps;
                    };
            if (!agrees) {
                return false;
            }
        }
        return true;
    }
}
