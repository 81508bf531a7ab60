package dev.serin.local.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.local.controllers.ControllerLoop;
import dev.serin.local.controllers.ControllerObserver;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.MemoryApi;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// By real sockets; Netty's own DNS codec reads what the server wrote.
@ExtendWith(NothingLeft.class)
class DnsServerTest {
    private final FakeTime time = new FakeTime();
    private final MemoryApi api = new MemoryApi(time);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ClusterDns names = new ClusterDns(api, time, "cluster.local");
    private final ControllerLoop loop =
            new ControllerLoop(
                    names,
                    api,
                    tasks::add,
                    time,
                    new ScriptedDraws(1),
                    new ControllerObserver() {});
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final DnsServer.Sockets sockets =
            new DnsServer.Sockets(loops, NioDatagramChannel::new, NioServerSocketChannel::new);
    private DnsServer server = new DnsServer(names, sockets, localhost(0), null);
    private int ids = 100;

    private static InetSocketAddress localhost(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @BeforeEach
    void names() {
        create(
                "default",
                "kubernetes",
                "'clusterIP':'10.96.0.1','ports':[{'name':'https','port':443}]");
        create(
                "default",
                "web",
                "'clusterIP':'10.96.0.5','ports':[{'name':'http','port':80},{'name':'grpc','port':8500}]");
        create("other", "api", "'clusterIP':'10.96.0.6','ports':[{'port':80}]");
        create("default", "nodes", "'clusterIP':'None','ports':[{'name':'http','port':8501}]");
        create(
                "default",
                "inside",
                "'type':'ExternalName','externalName':'web.default.svc.cluster.local'");
        create("default", "outside", "'type':'ExternalName','externalName':'example.org'");
        slice(
                "nodes",
                "{'addresses':['10.244.0.7'],'hostname':'zero','conditions':{'ready':true}}"
                        + ",{'addresses':['10.244.0.8'],'conditions':{'ready':true}}"
                        + ",{'addresses':['10.244.0.9'],'conditions':{'ready':false}}");
        refresh();
    }

    @AfterEach
    void close() {
        server.close();
        loop.close();
        run();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void servicesByEveryFormOfTheirName() {
        for (var name :
                List.of(
                        "web",
                        "web.default",
                        "web.default.svc",
                        "web.default.svc.cluster.local",
                        "WEB.Default.svc.Cluster.Local")) {
            assertEquals(List.of("A 10.96.0.5"), answers(name, DnsRecordType.A), name);
        }
        assertEquals(List.of("A 10.96.0.6"), answers("api.other", DnsRecordType.A));
        assertEquals(
                List.of("A 10.96.0.1"),
                answers("kubernetes.default.svc.cluster.local", DnsRecordType.A));
    }

    @Test
    void headlessServicesAreTheirReadyPods() {
        assertEquals(
                List.of("A 10.244.0.7", "A 10.244.0.8"),
                answers("nodes.default.svc.cluster.local", DnsRecordType.A));
        assertEquals(
                List.of("A 10.244.0.7"),
                answers("zero.nodes.default.svc.cluster.local", DnsRecordType.A));
        assertEquals(
                List.of("A 10.244.0.8"),
                answers("10-244-0-8.nodes.default.svc.cluster.local", DnsRecordType.A));
        assertEquals(
                DnsResponseCode.NXDOMAIN,
                ask("10-244-0-9.nodes.default.svc.cluster.local", DnsRecordType.A).code());
        assertEquals(
                List.of("A 10.244.0.8"),
                answers("10-244-0-8.default.pod.cluster.local", DnsRecordType.A));
    }

    @Test
    void portsAreServiceRecords() {
        assertEquals(
                List.of("SRV 8500 web.default.svc.cluster.local."),
                answers("_grpc._tcp.web.default.svc.cluster.local", DnsRecordType.SRV));
        assertEquals(2, answers("web.default.svc.cluster.local", DnsRecordType.SRV).size());
        var headless = ask("_http._tcp.nodes.default.svc.cluster.local", DnsRecordType.SRV);
        assertEquals(2, headless.count(DnsSection.ANSWER));
        assertEquals(2, headless.count(DnsSection.ADDITIONAL));
        assertEquals(
                DnsResponseCode.NXDOMAIN,
                ask("_nope._tcp.web.default.svc.cluster.local", DnsRecordType.SRV).code());
    }

    @Test
    void externalNamesAreAliases() {
        assertEquals(
                List.of("CNAME web.default.svc.cluster.local.", "A 10.96.0.5"),
                answers("inside.default.svc.cluster.local", DnsRecordType.A));
        assertEquals(
                List.of("CNAME example.org."),
                answers("outside.default.svc.cluster.local", DnsRecordType.A));
    }

    @Test
    void whatIsNotThereIsSaidSo() {
        for (var name :
                List.of(
                        "nope.default.svc.cluster.local",
                        "nope.cluster.local",
                        "web.nope.svc.cluster.local",
                        "example.org",
                        "a.b.c.d.web.default.svc.cluster.local")) {
            assertEquals(DnsResponseCode.NXDOMAIN, ask(name, DnsRecordType.A).code(), name);
        }
        for (var name :
                List.of("web.default.svc.cluster.local", "web", "default.svc.cluster.local")) {
            var answer = ask(name, DnsRecordType.AAAA);
            assertEquals(DnsResponseCode.NOERROR, answer.code(), name);
            assertEquals(0, answer.count(DnsSection.ANSWER), name);
            assertEquals(1, answer.count(DnsSection.AUTHORITY), name);
        }
    }

    @Test
    void changesAreFelt() {
        create("default", "late", "'clusterIP':'10.96.0.9','ports':[{'port':80}]");
        refresh();
        assertEquals(List.of("A 10.96.0.9"), answers("late", DnsRecordType.A));
        api.delete(Kinds.key(Kinds.SERVICE, "default", "late"), null);
        refresh();
        assertEquals(
                DnsResponseCode.NXDOMAIN,
                ask("late.default.svc.cluster.local", DnsRecordType.A).code());
    }

    @Test
    void aShortNameIsOfTheAskersOwnNamespace() {
        api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        "{'metadata':{'name':'p','namespace':'other'},'status':{'podIP':'127.0.0.1'}}"));
        refresh();
        assertEquals(List.of("A 10.96.0.6"), answers("api", DnsRecordType.A));
        assertEquals(DnsResponseCode.NXDOMAIN, ask("web", DnsRecordType.A).code());
    }

    @Test
    void nothingThatComesInEndsIt() throws IOException {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        try (var socket = new DatagramSocket()) {
            var query = query(1, "web", DnsRecordType.A);
            for (var i = 0; i < 500; i++) {
                var bytes = query.clone();
                if (random.nextBoolean()) {
                    bytes = new byte[random.nextInt(64)];
                    random.nextBytes(bytes);
                } else {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                socket.send(new DatagramPacket(bytes, bytes.length, server.address()));
                if (i % 50 == 0) {
                    assertEquals(
                            List.of("A 10.96.0.5"),
                            answers("web", DnsRecordType.A),
                            "seed " + seed);
                }
            }
        }
    }

    @Test
    void whatIsTooLongForADatagramIsMarkedAndComesByTcp() throws IOException {
        slice(
                "nodes",
                IntStream.range(1, 100)
                        .mapToObj(i -> "{'addresses':['10.244.1." + i + "']}")
                        .collect(Collectors.joining(",")));
        refresh();
        var cut = ask("nodes.default.svc.cluster.local", DnsRecordType.A);
        assertTrue(cut.isTruncated());
        assertTrue(cut.count(DnsSection.ANSWER) < 99);
        try (var socket = new Socket()) {
            socket.connect(server.address());
            socket.setSoTimeout(5000);
            var out = new DataOutputStream(socket.getOutputStream());
            var in = new DataInputStream(socket.getInputStream());
            for (var i = 0; i < 2; i++) {
                var query = query(7, "nodes.default.svc.cluster.local", DnsRecordType.A);
                out.writeShort(query.length);
                out.write(query);
                var answer = decode(in.readNBytes(in.readUnsignedShort()));
                assertEquals(99, answer.count(DnsSection.ANSWER));
            }
        }
    }

    @Test
    void namesOfTheOutsideArePassedOnAsTheyAre() {
        var asked = new ArrayList<Integer>();
        server.close();
        server =
                new DnsServer(
                        names,
                        sockets,
                        localhost(0),
                        query -> {
                            asked.add(query.getUnsignedShort(0));
                            query.setShort(2, 0x8180);
                            return asked.size() == 1
                                    ? CompletableFuture.completedFuture(query)
                                    : failed(query);
                        });
        assertEquals(DnsResponseCode.NOERROR, ask("example.org", DnsRecordType.A).code());
        assertEquals(DnsResponseCode.SERVFAIL, ask("example.org", DnsRecordType.A).code());
        assertEquals(2, asked.size());
        assertEquals(List.of("A 10.96.0.5"), answers("web", DnsRecordType.A));
    }

    @Test
    void theNextResolverIsAskedWhenTheFirstIsSilent() throws Exception {
        try (var silent = new DatagramSocket(localhost(0));
                var upstream =
                        new UdpUpstream(
                                () ->
                                        List.of(
                                                (InetSocketAddress) silent.getLocalSocketAddress(),
                                                server.address()),
                                loops,
                                NioDatagramChannel::new,
                                time)) {
            var answer =
                    upstream.ask(Unpooled.wrappedBuffer(query(42, "web", DnsRecordType.A)))
                            .toCompletableFuture();
            var heard = new DatagramPacket(new byte[512], 512);
            silent.setSoTimeout(5000);
            silent.receive(heard);
            assertTrue(!answer.isDone());
            time.advance(Duration.ofSeconds(3));
            var packet = answer.get(5, TimeUnit.SECONDS);
            var decoded = decode(ByteBufUtil.getBytes(packet));
            packet.release();
            assertEquals(42, decoded.id());
            time.advance(Duration.ofSeconds(9));
            var nobody =
                    upstream.ask(Unpooled.wrappedBuffer(query(43, "web", DnsRecordType.A)))
                            .toCompletableFuture();
            silent.receive(heard);
            server.close();
            for (var i = 0; i < 3; i++) {
                time.advance(Duration.ofSeconds(3));
                loops.submit(() -> {}).syncUninterruptibly();
            }
            assertTrue(nobody.isCompletedExceptionally());
        }
    }

    private static CompletableFuture<io.netty.buffer.ByteBuf> failed(
            io.netty.buffer.ByteBuf query) {
        query.release();
        return CompletableFuture.failedFuture(new IOException("nobody"));
    }

    private void create(String namespace, String name, String spec) {
        api.create(
                MemoryApi.resource(
                        Kinds.SERVICE,
                        "{'metadata':{'name':'%s','namespace':'%s'},'spec':{%s}}"
                                .formatted(name, namespace, spec)));
    }

    private void slice(String service, String endpoints) {
        var slice =
                MemoryApi.resource(
                        Kinds.ENDPOINT_SLICE,
                        """
                        {'metadata':{'name':'%s-x','labels':{'kubernetes.io/service-name':'%s'}},
                         'ports':[{'name':'http','port':8501,'protocol':'TCP'}],'endpoints':[%s]}
                        """
                                .formatted(service, service, endpoints));
        if (api.get(slice.key()) == null) {
            api.create(slice);
        } else {
            api.update(slice);
        }
    }

    private void run() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void refresh() {
        run();
        time.advance(Duration.ofSeconds(1));
        run();
    }

    private List<String> answers(String name, DnsRecordType type) {
        var response = ask(name, type);
        assertEquals(DnsResponseCode.NOERROR, response.code(), name);
        var texts = new ArrayList<String>();
        for (var i = 0; i < response.count(DnsSection.ANSWER); i++) {
            DnsRecord found = response.recordAt(DnsSection.ANSWER, i);
            assertEquals(5, found.timeToLive());
            texts.add(text((DnsRawRecord) found));
        }
        return texts;
    }

    private static String text(DnsRawRecord found) {
        var content = found.content();
        if (found.type().equals(DnsRecordType.A)) {
            return "A "
                    + IntStream.range(0, 4)
                            .mapToObj(_ -> "" + content.readUnsignedByte())
                            .collect(Collectors.joining("."));
        }
        if (found.type().equals(DnsRecordType.SRV)) {
            content.skipBytes(4);
            return "SRV "
                    + content.readUnsignedShort()
                    + " "
                    + DefaultDnsRecordDecoder.decodeName(content);
        }
        return found.type().name() + " " + DefaultDnsRecordDecoder.decodeName(content);
    }

    private DnsResponse ask(String name, DnsRecordType type) {
        var id = ids++;
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(5000);
            var query = query(id, name, type);
            socket.send(new DatagramPacket(query, query.length, server.address()));
            var answer = new DatagramPacket(new byte[4096], 4096);
            socket.receive(answer);
            var bytes = Arrays.copyOf(answer.getData(), answer.getLength());
            var response = decode(bytes);
            assertEquals(id, response.id());
            return response;
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static byte[] query(int id, String name, DnsRecordType type) {
        var channel = new EmbeddedChannel(new DatagramDnsQueryEncoder());
        var query = new DatagramDnsQuery(null, localhost(53), id);
        query.setRecursionDesired(true);
        query.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, type));
        channel.writeOutbound(query);
        io.netty.channel.socket.DatagramPacket packet = channel.readOutbound();
        assertNotNull(packet);
        var bytes = ByteBufUtil.getBytes(packet.content());
        packet.release();
        channel.finishAndReleaseAll();
        return bytes;
    }

    private static DnsResponse decode(byte[] bytes) {
        var channel = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        channel.writeInbound(
                new io.netty.channel.socket.DatagramPacket(
                        Unpooled.wrappedBuffer(bytes), localhost(1), localhost(2)));
        DnsResponse response = channel.readInbound();
        assertNotNull(response);
        channel.finishAndReleaseAll();
        return response;
    }
}
