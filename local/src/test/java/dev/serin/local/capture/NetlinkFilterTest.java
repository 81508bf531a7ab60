package dev.serin.local.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.local.capture.PacketFilter.ServiceRule;
import dev.serin.local.capture.PacketFilter.Target;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/// The octets that are sent, beside those that nft 1.0.6 sent for the rules of [NftFilter] (what it
/// gave to sendmsg(2), a message a line; x86-64). They are the same but for a set's own message,
/// where nft adds a longer note to itself.
class NetlinkFilterTest {
    private static final int SET = 0xa09;

    @Test
    void aPodsCaptureIsWhatNftSends() throws IOException {
        assertSame("capture.hex", NetlinkFilter.captureRules(Set.of(15021, 15008)));
    }

    @Test
    void theServicesAreWhatNftSends() throws IOException {
        var targets = List.of(new Target("10.244.0.2", 8080), new Target("10.244.0.3", 8081));
        assertSame(
                "services.hex",
                NetlinkFilter.serviceRules(
                        List.of(
                                new ServiceRule("10.96.7.7", "tcp", 80, targets),
                                new ServiceRule("10.96.7.8", "tcp", 80, targets.subList(0, 1)),
                                new ServiceRule(
                                        "10.96.7.9",
                                        "udp",
                                        53,
                                        List.of(new Target("10.244.0.2", 53)))),
                        PacketFilter.EGRESS));
    }

    @Test
    void aListThatIsTooLongForOneAttributeIsSentInParts() {
        var batch = new NftBatch(NftBatch.Family.INET, "table");
        batch.ports(IntStream.rangeClosed(1, 2500).boxed().toList());
        var lengths =
                messages(batch.octets()).stream()
                        .map(message -> message.length)
                        .filter(length -> length > 1000)
                        .toList();
        // 16 octets an element, 56 around them.
        assertEquals(List.of(16056, 16056, 8056), lengths);
    }

    private static void assertSame(String golden, NftBatch batch) throws IOException {
        try (var file = NetlinkFilterTest.class.getResourceAsStream("/netlink/" + golden)) {
            var expected =
                    new String(
                                    Objects.requireNonNull(file).readAllBytes(),
                                    StandardCharsets.US_ASCII)
                            .lines()
                            .map(HexFormat.of()::parseHex)
                            .toList();
            assertEquals(text(expected), text(messages(batch.octets())));
        }
    }

    private static String text(List<byte[]> messages) {
        var text = new StringBuilder();
        for (var message : messages) {
            var type = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getShort(4);
            text.append(type == SET ? "set" : HexFormat.of().formatHex(message)).append('\n');
        }
        return text.toString();
    }

    private static List<byte[]> messages(byte[] batch) {
        var messages = new ArrayList<byte[]>();
        var octets = ByteBuffer.wrap(batch).order(ByteOrder.LITTLE_ENDIAN);
        while (octets.hasRemaining()) {
            var message = new byte[octets.getInt(octets.position())];
            octets.get(message);
            messages.add(message);
        }
        return messages;
    }
}
