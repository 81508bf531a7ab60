import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Ports of this machine that were free when asked for, a name each.
final class Ports {
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    Ports(List<String> names) throws IOException {
        var held = new ArrayList<ServerSocket>();
        for (var name : names) {
            var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            ports.put(name, socket.getLocalPort());
        }
        for (var socket : held) {
            socket.close();
        }
    }

    int of(String name) {
        return ports.get(name);
    }

    /// The backend's, which speaks HTTP/2 on a port of its own.
    int backend(boolean h2) {
        return of(h2 ? "backend-h2" : "backend");
    }
}
