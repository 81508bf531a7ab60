package dev.serin.proxy.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.route.v3.InternalRedirectPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;

import org.junit.jupiter.api.Test;

import java.util.List;

/// What Envoy demands of values is read off its descriptors; all of it beside a real Envoy is
/// conformance's RefusalsTest.
class RuleTest {
    private static List<String> of(Message message) {
        return new UnreadFields(FieldLists.own(), KnownTypes::find)
                .in(message.getDescriptorForType(), message.toByteString()).stream()
                        .map(u -> u.field() + " " + u.reason())
                        .toList();
    }

    @Test
    void numbersStayInTheirBounds() {
        assertEquals(
                List.of("port_value is 99999, but it must be at most 65535"),
                of(SocketAddress.newBuilder().setAddress("::1").setPortValue(99_999).build()));
        assertEquals(
                List.of("max_ejection_percent is 101, but it must be at most 100"),
                of(
                        OutlierDetection.newBuilder()
                                .setMaxEjectionPercent(UInt32Value.of(101))
                                .build()));
    }

    @Test
    void textsAndListsAreNotEmpty() {
        assertEquals(
                List.of(
                        "name is empty, but it must not be",
                        "domains is empty, but it must have at least 1"),
                of(VirtualHost.getDefaultInstance()));
        assertEquals(List.of(), of(VirtualHost.newBuilder().setName("a").addDomains("*").build()));
    }

    @Test
    void oneOfAChoiceIsMade() {
        assertEquals(
                1,
                of(RouteMatch.getDefaultInstance()).stream()
                        .filter(w -> w.startsWith("path_specifier is not set: one of prefix, path"))
                        .count());
        // an empty text is a choice too
        assertEquals(List.of(), of(RouteMatch.newBuilder().setPrefix("").build()));
    }

    @Test
    void timeIsNotBelowZeroThoughNoRuleSaysIt() {
        assertEquals(
                List.of("cleanup_interval is -1s, but it must not be below 0"),
                of(
                        Cluster.newBuilder()
                                .setName("a")
                                .setCleanupInterval(Duration.newBuilder().setSeconds(-1))
                                .build()));
        assertEquals(
                List.of("connect_timeout is 0 s, but it must be more than 0"),
                of(
                        Cluster.newBuilder()
                                .setName("a")
                                .setConnectTimeout(Duration.getDefaultInstance())
                                .build()));
    }

    @Test
    void packedValuesAreCounted() {
        var policy = InternalRedirectPolicy.newBuilder();
        List.of(301, 302, 303, 307, 308, 309).forEach(policy::addRedirectResponseCodes);
        assertEquals(
                List.of("redirect_response_codes has 6, but it must have at most 5"),
                of(policy.build()));
    }

    @Test
    void wordsAreKnown() {
        assertEquals(
                List.of("tls_minimum_protocol_version is 17, which is none of its words"),
                of(TlsParameters.newBuilder().setTlsMinimumProtocolVersionValue(17).build()));
    }

    @Test
    void headersHaveNoLineEnds() {
        assertEquals(
                List.of("header.value has characters that are not allowed there"),
                of(
                        HeaderValueOption.newBuilder()
                                .setHeader(HeaderValue.newBuilder().setKey("x").setValue("a\nb"))
                                .build()));
    }

    @Test
    void whatDoesNotParseIsLeftToWhoeverReadsIt() {
        assertEquals(
                List.of(),
                new UnreadFields(FieldLists.own(), KnownTypes::find)
                        .in(Cluster.getDescriptor(), ByteString.copyFromUtf8("\u0001")));
    }
}
