package dev.serin.proxy.http.codec.h2;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.codec.h2.Http2Limits.Floods;
import dev.serin.proxy.http.codec.h2.Http2Limits.Keepalive;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;

import org.jspecify.annotations.Nullable;

/// Compiles Envoy's Http2ProtocolOptions. Pure.
public final class Http2Compiler {
    private static final int SMALLEST_WINDOW = 65_535;

    private Http2Compiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    @SuppressWarnings("deprecation") // what older control planes send
    public static Http2Limits compile(Http2ProtocolOptions options) throws ConfigProblem {
        var usual = Http2Limits.USUAL;
        if (options.getAllowMetadata()) {
            throw new ConfigProblem("allow_metadata", "METADATA frames are not supported");
        }
        if (options.getCustomSettingsParametersCount() > 0) {
            throw new ConfigProblem("custom_settings_parameters", "is not supported");
        }
        return new Http2Limits(
                options.hasHpackTableSize()
                        ? (int) Math.min(65_536, unsigned(options.getHpackTableSize()))
                        : usual.table(),
                number(
                        options.hasMaxConcurrentStreams(),
                        options.getMaxConcurrentStreams(),
                        usual.streams()),
                window(
                        options.hasInitialStreamWindowSize(),
                        options.getInitialStreamWindowSize(),
                        usual.streamWindow()),
                window(
                        options.hasInitialConnectionWindowSize(),
                        options.getInitialConnectionWindowSize(),
                        usual.connectionWindow()),
                options.getAllowConnect(),
                options.hasOverrideStreamErrorOnInvalidHttpMessage()
                        ? options.getOverrideStreamErrorOnInvalidHttpMessage().getValue()
                        : options.getStreamErrorOnInvalidHttpMessaging(),
                floods(options),
                options.hasConnectionKeepalive()
                        ? keepalive(options.getConnectionKeepalive())
                        : null,
                usual.maxHead(),
                usual.maxHeaders(),
                usual.underscores());
    }

    private static Floods floods(Http2ProtocolOptions options) {
        var usual = Floods.USUAL;
        return new Floods(
                number(
                        options.hasMaxOutboundFrames(),
                        options.getMaxOutboundFrames(),
                        usual.outbound()),
                number(
                        options.hasMaxOutboundControlFrames(),
                        options.getMaxOutboundControlFrames(),
                        usual.outboundControl()),
                number(
                        options.hasMaxConsecutiveInboundFramesWithEmptyPayload(),
                        options.getMaxConsecutiveInboundFramesWithEmptyPayload(),
                        usual.empty()),
                number(
                        options.hasMaxInboundPriorityFramesPerStream(),
                        options.getMaxInboundPriorityFramesPerStream(),
                        usual.priorityPerStream()),
                number(
                        options.hasMaxInboundWindowUpdateFramesPerDataFrameSent(),
                        options.getMaxInboundWindowUpdateFramesPerDataFrameSent(),
                        usual.windowUpdatePerData()));
    }

    private static @Nullable Keepalive keepalive(KeepaliveSettings settings) {
        return new Keepalive(
                Durations.toMillis(settings.getInterval()),
                Durations.toMillis(settings.getTimeout()),
                Durations.toMillis(settings.getConnectionIdleInterval()),
                settings.hasIntervalJitter() ? (int) settings.getIntervalJitter().getValue() : 15);
    }

    private static int window(boolean set, UInt32Value value, int usual) throws ConfigProblem {
        if (!set) {
            return usual;
        }
        var octets = unsigned(value);
        if (octets < SMALLEST_WINDOW || octets > Integer.MAX_VALUE) {
            throw new ConfigProblem(
                    "initial window", octets + " is not between 65535 and 2147483647");
        }
        return (int) octets;
    }

    private static int number(boolean set, UInt32Value value, int usual) {
        return set ? (int) Math.min(Integer.MAX_VALUE, unsigned(value)) : usual;
    }

    private static long unsigned(UInt32Value value) {
        return Integer.toUnsignedLong(value.getValue());
    }
}
