package dev.serin.proxy.http.codec.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.worker.Worker;
import dev.serin.proxy.worker.Workers;
import dev.serin.testkit.NothingLeft;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.HexFormat;
import java.util.Random;

/// Our header blocks against those of Netty, and against RFC 7541's own examples.
@ExtendWith(NothingLeft.class)
class HpackTest {
    private static final String[] NAMES = {
        "accept",
        "content-type",
        "x-request-id",
        "x-long-name-of-nobody",
        "grpc-status",
        "authorization",
        "user-agent",
        "date",
        "vary"
    };
    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = new Workers(1, Transport.best(), Ticker.system());
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    private static Worker worker() {
        return workers.all().getFirst();
    }

    private static String value(Random random) {
        var text = new StringBuilder();
        for (var length = random.nextInt(random.nextInt(10) == 0 ? 400 : 12);
                length > 0;
                length--) {
            text.append((char) ('!' + random.nextInt(random.nextBoolean() ? 90 : 3)));
        }
        return text.toString();
    }

    @Test
    void whatNettyWritesIsRead() throws Exception {
        for (var seed = 1; seed <= 20; seed++) {
            var random = new Random(seed);
            var theirs = new DefaultHttp2HeadersEncoder((_, _) -> random.nextInt(8) == 0);
            var ours = new HpackDecoder(4096);
            for (var n = 0; n < 200; n++) {
                var sent = new DefaultHttp2Headers();
                var expected = new StringBuilder();
                for (var i = random.nextInt(12); i >= 0; i--) {
                    var name = NAMES[random.nextInt(NAMES.length)];
                    var value = value(random);
                    sent.add(name, value);
                }
                sent.forEach(e ->
                        expected.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
                var out = Unpooled.buffer();
                theirs.encodeHeaders(3, sent, out);
                var block = new byte[out.readableBytes()];
                out.readBytes(block);
                var read = new HeadBlock(false, Http2Limits.USUAL);
                read.clear();
                ours.decode(block, 0, block.length, read);
                assertEquals(expected.toString(), read.headers.toString(), "seed " + seed);
            }
        }
    }

    @Test
    void whatIsWrittenNettyReads() throws Exception {
        for (var seed = 1; seed <= 20; seed++) {
            var random = new Random(seed);
            var theirs = new DefaultHttp2HeadersDecoder(false, 1 << 20);
            var ours = new HpackEncoder(worker(), 4096);
            for (var n = 0; n < 200; n++) {
                if (random.nextInt(20) == 0) {
                    var size = random.nextInt(4096);
                    ours.allowed(size);
                    theirs.configuration().maxHeaderTableSize(4096);
                }
                var sent = new Headers();
                for (var i = random.nextInt(12); i >= 0; i--) {
                    sent.add(NAMES[random.nextInt(NAMES.length)], value(random));
                }
                ours.start(0);
                ours.status(200 + random.nextInt(20));
                ours.path("/" + random.nextInt(3));
                ours.fields(sent);
                var block = Unpooled.copiedBuffer(ours.buffer(), 0, ours.end());
                var read = theirs.decodeHeaders(3, block);
                read.remove(":status");
                read.remove(":path");
                var got = new StringBuilder();
                read.forEach(
                        e -> got.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
                assertEquals(sent.toString(), got.toString(), "seed " + seed);
                block.release();
            }
        }
    }

    @Test
    void repeatedFieldsAreOneOctetAndTheSameString() throws Exception {
        var encoder = new HpackEncoder(worker(), 4096);
        var decoder = new HpackDecoder(4096);
        var sent = new Headers().add("x-tenant", "blue").add("accept", "text/html");
        var sizes = new int[4];
        var values = new String[4];
        for (var i = 0; i < 4; i++) {
            encoder.start(0);
            encoder.fields(sent);
            sizes[i] = encoder.end();
            var read = new HeadBlock(true, Http2Limits.USUAL);
            read.clear();
            decoder.decode(encoder.buffer().clone(), 0, encoder.end(), read);
            assertEquals(sent.toString(), read.headers.toString());
            values[i] = read.headers.value(0);
        }
        assertTrue(sizes[0] > 20 && sizes[1] > 20, "not kept before it repeats");
        assertEquals(2, sizes[2]);
        assertSame(values[2], values[3]);
    }

    @Test
    void examplesOfTheSpecification() throws Exception {
        var decoder = new HpackDecoder(256);
        var read = new HeadBlock(true, Http2Limits.USUAL);
        // C.4.1 to C.4.3, Huffman code included
        decode(decoder, read, "828684418cf1e3c2e5f23a6ba0ab90f4ff");
        assertEquals("www.example.com", read.authority());
        decode(decoder, read, "828684be5886a8eb10649cbf");
        assertEquals("no-cache", read.headers.get("cache-control"));
        decode(decoder, read, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf");
        assertEquals("custom-value", read.headers.get("custom-key"));
        assertEquals("/index.html", read.path);
        assertEquals("https", read.scheme);
        assertTrue(read.request());
    }

    @Test
    void allOctetsPassThroughHuffmanCode() throws Exception {
        var text = new StringBuilder("x");
        for (var c = ' '; c < 0x100; c++) {
            if (c != 0x7f) {
                text.append(c);
            }
        }
        text.append('x');
        var theirs = new DefaultHttp2HeadersEncoder();
        var out = Unpooled.buffer();
        theirs.encodeHeaders(
                3,
                new DefaultHttp2Headers(false).add("x", new io.netty.util.AsciiString(text)),
                out);
        var block = new byte[out.readableBytes()];
        out.readBytes(block);
        var read = new HeadBlock(true, Http2Limits.USUAL);
        read.clear();
        new HpackDecoder(4096).decode(block, 0, block.length, read);
        assertEquals(text.toString(), read.headers.get("x"));
    }

    @Test
    void brokenBlocksAreFaults() {
        for (var hex :
                new String[] {
                    "80", // index 0
                    "be", // no such entry
                    "7f", // a number that ends too early
                    "ffffffffffff0f", // a number too large
                    "3fe1ff03", // a table too large
                    "823f00", // a size after a field: read as size, at the wrong place
                    "4085aec3771a4b", // a string that ends too early
                    "4001610181ff" // padding longer than 7 bits
                }) {
            var read = new HeadBlock(true, Http2Limits.USUAL);
            read.clear();
            var block = HexFormat.of().parseHex(hex);
            var fault =
                    assertThrows(
                            Http2Fault.class,
                            () -> new HpackDecoder(4096).decode(block, 0, block.length, read),
                            hex);
            assertNotNull(fault.detail());
        }
    }

    private static void decode(HpackDecoder decoder, HeadBlock into, String hex)
            throws Http2Fault, Http2Exception {
        var block = HexFormat.of().parseHex(hex);
        into.clear();
        decoder.decode(block, 0, block.length, into);
    }
}
