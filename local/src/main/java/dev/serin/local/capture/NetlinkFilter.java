package dev.serin.local.capture;

import static dev.serin.local.capture.NftRule.Is.EQUAL;
import static dev.serin.local.capture.NftRule.Is.NOT;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.NetworkNamespace;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Packet rules by netlink, the kernel's own door, with no program in between: the very rules of
/// [NftFilter], in its tables, each call one transaction. Safe for any thread; a call blocks for
/// about a millisecond.
final class NetlinkFilter implements PacketFilter {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;
    private static final int MARK = 0x539;
    private static final int BEFORE = -100;
    private static final int AFTER = 100;
    private static final byte[] LOCALHOST6 = six(1);

    /// Whether the kernel takes such rules in the caller's own namespace; leaves none.
    static @Nullable Problem trial() {
        var batch = new NftBatch(NftBatch.Family.INET, "serin_trial");
        batch.natChain("output", NftBatch.Hook.OUTPUT, BEFORE);
        batch.rule("output", rule -> rule.protocol(EQUAL, TCP).redirect(1));
        batch.deleteTable();
        try {
            load(null, batch);
            return null;
        } catch (ProblemException e) {
            return e.problems().getFirst();
        }
    }

    @Override
    public void capture(Path namespace, Set<Integer> inboundLeftAlone) {
        load(namespace, captureRules(inboundLeftAlone));
    }

    @Override
    public void services(List<ServiceRule> services, Target outside) {
        load(null, serviceRules(services, outside));
    }

    // The same rules in the same order as NftFilter's, where each is explained.
    static NftBatch captureRules(Set<Integer> inboundLeftAlone) {
        var batch = new NftBatch(NftBatch.Family.INET, "serin_capture");
        var in = "prerouting";
        var out = "output";
        batch.natChain(in, NftBatch.Hook.PREROUTING, BEFORE);
        batch.natChain(out, NftBatch.Hook.OUTPUT, BEFORE);
        batch.rule(in, rule -> rule.protocol(NOT, TCP).goBack());
        leaveAlone(batch, inboundLeftAlone.stream().sorted().toList());
        batch.rule(in, rule -> rule.protocol(EQUAL, TCP).redirect(15006));
        batch.rule(out, rule -> rule.protocol(NOT, TCP).goBack());
        batch.rule(
                out,
                rule ->
                        loopback(rule)
                                .networkProtocol(IPV4)
                                .source(EQUAL, NftRule.address("127.0.0.6"))
                                .goBack());
        batch.rule(
                out, rule -> loopback(rule).networkProtocol(IPV6).source(EQUAL, six(6)).goBack());
        batch.rule(
                out,
                rule ->
                        ownPod(
                                loopback(rule)
                                        .mark(MARK)
                                        .networkProtocol(IPV4)
                                        .destination(NOT, (byte) 127)));
        batch.rule(
                out,
                rule ->
                        ownPod(
                                loopback(rule)
                                        .mark(MARK)
                                        .networkProtocol(IPV6)
                                        .destination(NOT, LOCALHOST6)));
        batch.rule(out, rule -> rule.mark(MARK).goBack());
        batch.rule(out, rule -> loopback(rule).goBack());
        batch.rule(out, rule -> rule.networkProtocol(IPV4).destination(EQUAL, (byte) 127).goBack());
        batch.rule(out, rule -> rule.networkProtocol(IPV6).destination(EQUAL, LOCALHOST6).goBack());
        batch.rule(out, rule -> rule.protocol(EQUAL, TCP).redirect(15001));
        return batch;
    }

    // One port needs no set, and nft makes none.
    private static void leaveAlone(NftBatch batch, List<Integer> ports) {
        var set = ports.size() > 1 ? batch.ports(ports) : null;
        if (set != null) {
            batch.rule(
                    "prerouting",
                    rule -> rule.protocol(EQUAL, TCP).destinationPortIn(set).goBack());
        } else if (!ports.isEmpty()) {
            batch.rule(
                    "prerouting",
                    rule ->
                            rule.protocol(EQUAL, TCP)
                                    .destinationPort(EQUAL, ports.getFirst())
                                    .goBack());
        }
    }

    private static NftRule loopback(NftRule rule) {
        return rule.outInterface("lo");
    }

    private static void ownPod(NftRule rule) {
        rule.protocol(EQUAL, TCP).destinationPort(NOT, 15008).redirect(15006);
    }

    static NftBatch serviceRules(List<ServiceRule> services, Target outside) {
        var batch = new NftBatch(NftBatch.Family.IP, "serin_services");
        var chain = "services";
        batch.chain(chain);
        batch.natChain("prerouting", NftBatch.Hook.PREROUTING, BEFORE);
        batch.natChain("output", NftBatch.Hook.OUTPUT, BEFORE);
        batch.natChain("postrouting", NftBatch.Hook.POSTROUTING, AFTER);
        var own = batch.addresses(List.of(NftRule.address(GATEWAY), NftRule.address(DNS)));
        batch.rule(chain, rule -> rule.destinationIn(own).goBack());
        services.forEach(service -> service(batch, service));
        // The rest of the services' network, which is as long as its first two numbers.
        var begins = NftRule.address(SERVICES.substring(0, SERVICES.indexOf("/")));
        for (var protocol : new int[] {TCP, UDP}) {
            batch.rule(
                    chain,
                    rule ->
                            rule.destination(EQUAL, begins[0], begins[1])
                                    .protocol(EQUAL, protocol)
                                    .anyDestinationPort()
                                    .destinationTo(
                                            NftRule.address(CLOSED.address()), CLOSED.port()));
        }
        egress(batch, chain, outside);
        batch.rule("prerouting", rule -> rule.jump(chain));
        batch.rule("output", rule -> rule.jump(chain));
        services.stream()
                .flatMap(service -> service.targets().stream())
                .map(Target::address)
                .distinct()
                .map(NftRule::address)
                .forEach(pod ->
                        batch.rule(
                                "postrouting",
                                rule ->
                                        rule.source(EQUAL, pod)
                                                .destination(EQUAL, pod)
                                                .sourceTo(NftRule.address(GATEWAY))));
        return batch;
    }

    private static void egress(NftBatch batch, String chain, Target outside) {
        var pods = NftRule.address(PODS.substring(0, PODS.indexOf("/")));
        batch.rule(chain, rule -> rule.destination(EQUAL, pods[0], pods[1]).goBack());
        batch.rule(chain, rule -> rule.destination(EQUAL, (byte) 127).goBack());
        batch.rule(chain, rule -> rule.destination(EQUAL, (byte) 169, (byte) 254).goBack());
        batch.rule(
                chain,
                rule ->
                        rule.protocol(EQUAL, TCP)
                                .anyDestinationPort()
                                .destinationTo(NftRule.address(outside.address()), outside.port()));
    }

    private static void service(NftBatch batch, ServiceRule service) {
        var targets = service.targets();
        var inTurn = targets.size() > 1 ? batch.targets(targets) : null;
        batch.rule(
                "services",
                rule -> {
                    rule.destination(EQUAL, NftRule.address(service.address()))
                            .protocol(EQUAL, service.protocol().equals("udp") ? UDP : TCP)
                            .destinationPort(EQUAL, service.port());
                    if (inTurn != null) {
                        rule.destinationInTurn(inTurn, targets.size());
                    } else if (targets.isEmpty()) {
                        rule.destinationTo(NftRule.address(CLOSED.address()), CLOSED.port());
                    } else {
                        var only = targets.getFirst();
                        rule.destinationTo(NftRule.address(only.address()), only.port());
                    }
                });
    }

    private static void load(@Nullable Path namespace, NftBatch batch) {
        var octets = batch.octets();
        int error;
        if (namespace == null) {
            error = NetfilterSocket.send(octets);
        } else {
            try (var inside = new NetworkNamespace(namespace)) {
                error = inside.call(() -> NetfilterSocket.send(octets));
            }
        }
        if (error != 0) {
            throw new ProblemException(
                    new Problem(
                            "packet rules of "
                                    + (namespace == null ? "the mesh" : namespace.getFileName()),
                            "the kernel refused them with errno " + error,
                            null,
                            error == NetfilterSocket.NOT_PERMITTED
                                    ? "run as root, or where user namespaces may be made"
                                    : "see that the kernel has nf_tables and nf_nat (as root:"
                                            + " modprobe nf_tables nf_nat)"));
        }
    }

    private static byte[] six(int last) {
        var octets = new byte[16];
        octets[15] = (byte) last;
        return octets;
    }
}
