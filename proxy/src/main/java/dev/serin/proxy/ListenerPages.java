package dev.serin.proxy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.admin.v3.Listeners;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/// `/listeners?format=json`.
final class ListenerPages {
    private ListenerPages() {}

    static String json(Map<String, List<InetSocketAddress>> bound) {
        var listeners = Listeners.newBuilder();
        bound.forEach((name, addresses) -> {
            var listener = listeners.addListenerStatusesBuilder().setName(name);
            for (var i = 0; i < addresses.size(); i++) {
                if (i == 0) {
                    listener.setLocalAddress(address(addresses.get(i)));
                } else {
                    listener.addAdditionalLocalAddresses(address(addresses.get(i)));
                }
            }
        });
        return print(listeners.build());
    }

    static Address address(InetSocketAddress address) {
        var host =
                address.getAddress() == null
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress(host).setPortValue(address.getPort()))
                .build();
    }

    static String print(Message message) {
        try {
            return JsonFormat.printer().preservingProtoFieldNames().print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
