package dev.serin.local.dns;

import dev.serin.config.Resource;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.dns.DnsRecord.Answer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// All names of the cluster at one moment. Immutable; made anew on every change and read by the
/// server without a lock. Names as Kubernetes' DNS specification has them, and also in the short
/// forms `service` (in the asker's own namespace) and `service.namespace`.
final class Zone {
    private static final int MOST_ALIASES = 8;

    private final String domain;
    private final Map<String, Named> services = new HashMap<>();
    private final Set<String> namespaces = new HashSet<>();
    private final Map<Integer, String> namespaceOfPod = new HashMap<>();

    /// @param domain `cluster.local`
    Zone(
            String domain,
            Collection<Resource> services,
            Collection<Resource> slices,
            Collection<Resource> pods) {
        this.domain = domain;
        for (var resource : services) {
            var service = Service.from(resource);
            var key = service.metadata().name() + "." + service.metadata().namespace();
            this.services.put(key, new Named(service));
            namespaces.add(service.metadata().namespace());
        }
        for (var resource : slices) {
            var slice = EndpointSlice.from(resource);
            var named = this.services.get(slice.service() + "." + slice.metadata().namespace());
            if (named != null && named.service.headless()) {
                named.add(slice);
            }
        }
        for (var pod : pods) {
            var address = Ipv4.parse(pod.status().path("podIP").asString(""));
            namespaces.add(pod.namespace());
            if (address != null) {
                namespaceOfPod.put(address, pod.namespace());
            }
        }
    }

    /// The answer to `name`, asked from `asker` (an IPv4 address, 0 if unknown); null if the name
    /// lies outside of the cluster.
    @Nullable Answer answer(String name, int type, int asker) {
        var asked = name.toLowerCase(Locale.ROOT);
        var labels = List.of(asked.split("\\."));
        if (asked.equals(domain) || asked.equals("svc." + domain)) {
            return Answer.of(List.of());
        }
        if (asked.endsWith(".svc." + domain)) {
            return inServices(asked, labels.subList(0, labels.size() - 3), type, 0);
        }
        if (asked.endsWith(".pod." + domain)) {
            return pod(asked, labels.subList(0, labels.size() - 3), type);
        }
        if (asked.endsWith("." + domain)) {
            return Answer.status(Answer.NAME_ERROR);
        }
        // Short forms: only where such a service is, so that no name of the outside is hidden.
        if (labels.size() == 1) {
            var own = namespaceOfPod.getOrDefault(asker, "default");
            return services.containsKey(asked + "." + own)
                    ? inServices(asked, List.of(asked, own), type, 0)
                    : null;
        }
        var svc = labels.size() == 3 && labels.getLast().equals("svc");
        return (labels.size() == 2 || svc)
                        && services.containsKey(labels.get(0) + "." + labels.get(1))
                ? inServices(asked, labels.subList(0, 2), type, 0)
                : null;
    }

    /// @param labels before `svc.cluster.local`: `namespace`, `service.namespace`,
    ///   `pod.service.namespace` or `_port._protocol.service.namespace`
    private Answer inServices(String asked, List<String> labels, int type, int depth) {
        if (labels.size() == 1) {
            return Answer.status(namespaces.contains(labels.getFirst()) ? 0 : Answer.NAME_ERROR);
        }
        var key = String.join(".", labels.subList(labels.size() - 2, labels.size()));
        var named = services.get(key);
        if (named == null) {
            return Answer.status(Answer.NAME_ERROR);
        }
        var fullName = key + ".svc." + domain;
        return switch (labels.size()) {
            case 2 ->
                    named.service.type() == Service.Type.EXTERNALNAME
                            ? alias(asked, named.service.externalName(), type, depth)
                            : type == DnsRecord.Type.SRV.number
                                    ? named.ports(asked, fullName, "", "")
                                    : typed(named.addresses(asked), type);
            case 3 -> named.pod(asked, labels.getFirst(), type);
            case 4 ->
                    named.ports(
                            asked,
                            fullName,
                            labels.get(0).replaceFirst("^_", ""),
                            labels.get(1).replaceFirst("^_", ""));
            default -> Answer.status(Answer.NAME_ERROR);
        };
    }

    private Answer alias(String asked, String target, int type, int depth) {
        var records = new ArrayList<DnsRecord>();
        records.add(new DnsRecord.Cname(asked, target));
        // What is behind it inside the cluster comes along: a resolver does not ask again.
        if (depth < MOST_ALIASES && type != DnsRecord.Type.CNAME.number) {
            var labels = List.of(target.toLowerCase(Locale.ROOT).split("\\."));
            if (target.endsWith(".svc." + domain)) {
                records.addAll(
                        inServices(target, labels.subList(0, labels.size() - 3), type, depth + 1)
                                .records());
            }
        }
        return Answer.of(records);
    }

    // `10-244-0-7.default.pod.cluster.local`
    private Answer pod(String asked, List<String> labels, int type) {
        var address = labels.size() == 2 ? Ipv4.parse(labels.getFirst().replace('-', '.')) : null;
        return address == null || !namespaces.contains(labels.getLast())
                ? Answer.status(Answer.NAME_ERROR)
                : typed(List.of(new DnsRecord.A(asked, address)), type);
    }

    private static Answer typed(List<DnsRecord.A> addresses, int type) {
        return type == DnsRecord.Type.A.number || type == DnsRecord.Type.ANY.number
                ? Answer.of(addresses)
                : Answer.of(List.of());
    }

    /// One service, and for a headless one its ready pods by host name.
    private static final class Named {
        private final Service service;
        private final Map<String, Integer> pods = new LinkedHashMap<>();
        private final Map<String, List<EndpointSlice.Port>> portsOfPod = new HashMap<>();

        Named(Service service) {
            this.service = service;
        }

        void add(EndpointSlice slice) {
            for (var endpoint : slice.endpoints()) {
                var text = endpoint.addresses().isEmpty() ? "" : endpoint.addresses().getFirst();
                var address = Ipv4.parse(text);
                if (endpoint.ready() && address != null) {
                    var host =
                            endpoint.hostname().isEmpty()
                                    ? text.replace('.', '-')
                                    : endpoint.hostname();
                    pods.put(host, address);
                    portsOfPod.put(host, slice.ports());
                }
            }
        }

        List<DnsRecord.A> addresses(String asked) {
            var all = new ArrayList<DnsRecord.A>();
            for (var text : service.clusterIps()) {
                var address = Ipv4.parse(text);
                if (address != null) {
                    all.add(new DnsRecord.A(asked, address));
                }
            }
            pods.values().forEach(address -> all.add(new DnsRecord.A(asked, address)));
            return all;
        }

        Answer pod(String asked, String host, int type) {
            var address = pods.get(host);
            return address == null
                    ? Answer.status(Answer.NAME_ERROR)
                    : typed(List.of(new DnsRecord.A(asked, address)), type);
        }

        /// @param port and `protocol`: empty for any
        Answer ports(String asked, String fullName, String port, String protocol) {
            var records = new ArrayList<DnsRecord>();
            var additional = new ArrayList<DnsRecord>();
            if (service.headless()) {
                pods.forEach((host, address) -> {
                    var target = host + "." + fullName;
                    for (var each : portsOfPod.getOrDefault(host, List.of())) {
                        if (fits(each.name(), each.protocol(), port, protocol)) {
                            records.add(new DnsRecord.Srv(asked, each.port(), target));
                        }
                    }
                    additional.add(new DnsRecord.A(target, address));
                });
            } else {
                for (var each : service.ports()) {
                    if (fits(each.name(), each.protocol(), port, protocol)) {
                        records.add(new DnsRecord.Srv(asked, each.port(), fullName));
                    }
                }
                additional.addAll(addresses(fullName));
            }
            return records.isEmpty()
                    ? Answer.status(port.isEmpty() ? 0 : Answer.NAME_ERROR)
                    : new Answer(0, records, additional);
        }

        private static boolean fits(String name, String is, String port, String protocol) {
            return (port.isEmpty() || name.equals(port))
                    && (protocol.isEmpty() || is.equalsIgnoreCase(protocol));
        }
    }
}
