package dev.serin.local.service;

import dev.serin.config.Resource;
import dev.serin.local.capture.PacketFilter.Target;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One `hostPort` of a container, and where it leads.
///
/// @param protocol `tcp` or `udp`
/// @param hostIP the machine's address, empty for any
record PodPort(String protocol, String hostIP, int number, Target target) {
    /// Those of a pod that has its address and has not ended; none for most.
    static List<PodPort> of(Resource pod) {
        var ports = new ArrayList<PodPort>();
        var address = pod.status().path("podIP").asString("");
        var phase = pod.status().path("phase").asString("");
        if (address.isEmpty() || phase.equals("Succeeded") || phase.equals("Failed")) {
            return ports;
        }
        for (var container : pod.spec().path("containers")) {
            for (var port : container.path("ports")) {
                var number = port.path("hostPort").asInt(0);
                var protocol = port.path("protocol").asString("TCP").toLowerCase(Locale.ROOT);
                if (number > 0 && !protocol.equals("sctp")) {
                    ports.add(
                            new PodPort(
                                    protocol,
                                    port.path("hostIP").asString(""),
                                    number,
                                    new Target(address, port.path("containerPort").asInt(0))));
                }
            }
        }
        return ports;
    }
}
