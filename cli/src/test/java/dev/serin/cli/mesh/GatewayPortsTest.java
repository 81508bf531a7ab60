package dev.serin.cli.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.local.host.HostPorts;

import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

class GatewayPortsTest {
    private final List<String> said = new ArrayList<>();

    /// A machine's ports, some of which are taken.
    private static final class Machine implements HostPorts {
        private final Set<Integer> taken;

        Machine(Integer... taken) {
            this.taken = new HashSet<>(List.of(taken));
        }

        @Override
        public Opened open(HostPort address, Supplier<InetSocketAddress> backend) {
            if (!taken.add(address.port())) {
                throw new ProblemException(Problem.of(address.toString(), "taken", "free it"));
            }
            return new Opened() {
                @Override
                public HostPort address() {
                    return address;
                }

                @Override
                public void close() {
                    taken.remove(address.port());
                }
            };
        }
    }

    private static HostPort open(HostPorts ports, String address) {
        return ports.open(HostPort.parse(address), () -> null).address();
    }

    @Test
    void theGatewayGetsItsPortsAndTheUrlSaysTheOneForHttp() {
        var ports = new GatewayPorts(new Machine(), said::add);
        assertEquals("-", ports.url());
        assertEquals("127.0.0.1:8443", open(ports, "127.0.0.1:8443").toString());
        assertEquals("-", ports.url());
        assertEquals("127.0.0.1:8080", open(ports, "127.0.0.1:8080").toString());
        assertEquals("http://127.0.0.1:8080", ports.url());
        assertEquals(List.of(), said);
    }

    @Test
    void aTakenPortGivesWayToTheNextFreeOne() {
        var ports = new GatewayPorts(new Machine(8080, 8081, 8443), said::add);
        assertEquals(8082, open(ports, "127.0.0.1:8080").port());
        assertEquals(8444, open(ports, "127.0.0.1:8443").port());
        assertEquals("http://127.0.0.1:8082", ports.url());
        assertEquals(2, said.size(), said.toString());
        assertTrue(said.getFirst().contains("8080") && said.getFirst().contains("8082"));
    }

    @Test
    void whenTwentyAreTakenTheFirstOneIsTheProblem() {
        var machine = new Machine();
        for (var port = 8080; port < 8100; port++) {
            machine.taken.add(port);
        }
        var ports = new GatewayPorts(machine, said::add);
        var problem = assertThrows(ProblemException.class, () -> open(ports, "127.0.0.1:8080"));
        assertEquals("127.0.0.1:8080: taken; cure: free it", problem.getMessage());
        assertEquals("-", ports.url());
    }

    @Test
    void everyOtherPortIsTheOneThatWasAskedForOrNone() {
        var ports = new GatewayPorts(new Machine(30080), said::add);
        assertThrows(ProblemException.class, () -> open(ports, "127.0.0.1:30080"));
        assertEquals(30081, open(ports, "127.0.0.1:30081").port());
    }
}
