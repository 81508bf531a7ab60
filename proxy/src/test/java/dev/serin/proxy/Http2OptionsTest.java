package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// What a listener's Http2ProtocolOptions change on the wire, one after the other.
@ExtendWith(NothingLeft.class)
final class Http2OptionsTest {
    private static final int ENHANCE_YOUR_CALM = 11;

    /// What a client does, and expects.
    private interface Doing {
        void to(FrameWire wire) throws IOException;
    }

    private static void with(String options, Doing what) throws IOException {
        try (var origin = Origin.answering("hello");
                var rig = new Rig(new ScriptedDraws(1))) {
            rig.apply(
                    Rig.cluster("one", origin.port()),
                    Rig.routes("- match: {prefix: /}\n  route: {cluster: one}\n"),
                    Rig.managed("http2_protocol_options: {" + options + "}\n"));
            try (var client = FrameWire.to(rig.port("main"))) {
                what.to(client);
            }
        }
    }

    private static Map<Integer, Integer> settings(FrameWire wire) throws IOException {
        var payload = Unpooled.wrappedBuffer(wire.next(FrameWire.SETTINGS).payload());
        var settings = new HashMap<Integer, Integer>();
        while (payload.isReadable()) {
            settings.put(payload.readUnsignedShort(), payload.readInt());
        }
        return settings;
    }

    /// The GOAWAY of a connection that has had enough; its end, if it was reset meanwhile.
    private static void calmed(FrameWire wire) {
        try {
            var goAway = wire.next(FrameWire.GOAWAY);
            assertNotNull(goAway);
            assertEquals(ENHANCE_YOUR_CALM, goAway.number(4));
        } catch (IOException e) {
            // reset while we wrote: closed as well
        }
    }

    private static void served(FrameWire wire, int stream) throws IOException {
        wire.get(stream, "/");
        assertEquals("hello", wire.message().body());
    }

    private static void pings(FrameWire wire, int count) throws IOException {
        var all = Unpooled.buffer();
        for (var i = 0; i < count; i++) {
            all.writeMedium(8).writeByte(FrameWire.PING).writeByte(0).writeInt(0).writeLong(i);
        }
        var octets = new byte[all.readableBytes()];
        all.readBytes(octets);
        wire.raw(octets);
    }

    @Test
    void settingsAreAsConfigured() throws Exception {
        with(
                "hpack_table_size: 1234, max_concurrent_streams: 7, initial_stream_window_size:"
                        + " 70000, initial_connection_window_size: 99000, allow_connect: true",
                wire -> {
                    var settings = settings(wire);
                    assertEquals(1234, settings.get(1));
                    assertEquals(7, settings.get(3));
                    assertEquals(70_000, settings.get(4));
                    assertEquals(1, settings.get(8));
                    var update = wire.next(FrameWire.WINDOW_UPDATE);
                    assertEquals(0, update.stream());
                    assertEquals(99_000 - 65_535, update.number(0));
                });
    }

    @Test
    void connectIsNotOfferedUnlessAllowed() throws Exception {
        with("allow_connect: false", wire -> assertNull(settings(wire).get(8)));
    }

    @Test
    void manyEmptyFramesAreTakenIfConfigured() throws Exception {
        with(
                "max_consecutive_inbound_frames_with_empty_payload: 5",
                wire -> {
                    wire.request(1, false, "POST", "/");
                    for (var i = 0; i < 5; i++) {
                        wire.data(1, "", false);
                    }
                    wire.data(1, "", true);
                    assertEquals("hello", wire.message().body());
                    wire.request(3, false, "POST", "/");
                    for (var i = 0; i < 6; i++) {
                        wire.data(3, "", false);
                    }
                    calmed(wire);
                });
    }

    private static void priorities(FrameWire wire, int count) throws IOException {
        for (var i = 0; i < count; i++) {
            wire.send(FrameWire.PRIORITY, 0, 3, Unpooled.buffer().writeInt(1).writeByte(1));
        }
    }

    @Test
    void prioritiesAreCountedAsConfigured() throws Exception {
        with(
                "max_inbound_priority_frames_per_stream: 1000",
                wire -> {
                    priorities(wire, 300);
                    served(wire, 5);
                });
        with(
                "max_inbound_priority_frames_per_stream: 2",
                wire -> {
                    priorities(wire, 3);
                    calmed(wire);
                });
    }

    private static void updates(FrameWire wire, int count) throws IOException {
        for (var i = 0; i < count; i++) {
            wire.number(FrameWire.WINDOW_UPDATE, 0, 1);
        }
    }

    @Test
    void windowUpdatesAreCountedAsConfigured() throws Exception {
        with(
                "max_inbound_window_update_frames_per_data_frame_sent: 1000",
                wire -> {
                    served(wire, 1);
                    updates(wire, 100);
                    served(wire, 3);
                });
        with(
                "max_inbound_window_update_frames_per_data_frame_sent: 1",
                wire -> {
                    served(wire, 1);
                    updates(wire, 100);
                    calmed(wire);
                });
    }

    @Test
    void answersThatWaitAreCountedAsConfigured() throws Exception {
        with(
                "max_outbound_control_frames: 10",
                wire -> {
                    pings(wire, 500);
                    calmed(wire);
                });
        with(
                "max_outbound_frames: 10",
                wire -> {
                    pings(wire, 500);
                    calmed(wire);
                });
        with(
                "",
                wire -> {
                    pings(wire, 500);
                    served(wire, 1);
                });
    }

    @Test
    void whatIsMalformedEndsTheStreamAloneIfConfigured() throws Exception {
        with(
                "stream_error_on_invalid_http_messaging: true",
                wire -> {
                    wire.get(1, "/", "te: gzip");
                    assertEquals(1, wire.next(FrameWire.RST_STREAM).stream());
                    served(wire, 3);
                });
    }

    @Test
    void silentClientsArePingedAndGivenUp() throws Exception {
        with(
                "connection_keepalive: {interval: 0.05s, timeout: 0.2s, interval_jitter: {value:"
                        + " 0}}",
                wire -> {
                    var ping = wire.next(FrameWire.PING);
                    wire.send(FrameWire.PING, 1, 0, Unpooled.wrappedBuffer(ping.payload()));
                    assertNotNull(wire.next(FrameWire.PING));
                    // not acknowledged: it ends within the timeout, well before a read would
                    assertTrue(ended(wire));
                });
    }

    private static boolean ended(FrameWire wire) {
        try {
            var frame = wire.any();
            while (frame != null) {
                frame = wire.any();
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
