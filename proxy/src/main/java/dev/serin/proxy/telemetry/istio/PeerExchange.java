package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.IstioMessages;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.stream.Slot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How two proxies learn of each other on a TCP connection: where both agreed by ALPN on the
/// protocol that the configuration names, each begins with a header that tells of itself. As
/// Istio's metadata exchange: a magic number, a length, and an Any of a Struct. Octets that begin
/// otherwise are the connection's own and pass at once. `enable_discovery` has no effect: as with
/// Envoy where the bootstrap has no discovery of workloads, it finds none.
public final class PeerExchange implements NetworkFilterFactory {
    /// Is there while the peer may still tell of itself.
    static final Slot<Boolean> AWAITED = new Slot<>(Boolean.class, "peer-awaited");

    private static final int MAGIC = 0x3D230467;
    private static final int LONGEST = 1 << 20;
    private static final String METADATA = "x-envoy-peer-metadata";
    private static final String ID = "x-envoy-peer-metadata-id";

    private final PeerMetadata own;

    public PeerExchange(PeerMetadata own) {
        this.own = own;
    }

    @Override
    public List<String> types() {
        return List.of("envoy.tcp.metadataexchange.config.MetadataExchange");
    }

    @Override
    public boolean upstream() {
        return true;
    }

    @Override
    public NetworkFilter compile(ExtensionConfig config) throws ConfigProblem {
        var fields = IstioMessages.read(config);
        var protocol =
                fields.getFieldsOrDefault("protocol", Value.getDefaultInstance()).getStringValue();
        if (protocol.isEmpty()) {
            throw new ConfigProblem("protocol", "is missing");
        }
        var labels =
                fields
                        .getFieldsOrDefault("additional_labels", Value.getDefaultInstance())
                        .getListValue()
                        .getValuesList()
                        .stream()
                        .map(Value::getStringValue)
                        .toList();
        var header = header(own, labels);
        return new NetworkFilter() {
            @Override
            public @Nullable ChannelHandler handler(ConnectionContext connection) {
                if (!protocol.equals(connection.alpn())) {
                    return null;
                }
                connection.slots().put(AWAITED, true);
                return new Exchange(own, header, connection);
            }
        };
    }

    private static byte[] header(PeerMetadata own, List<String> labels) {
        var sent = Value.newBuilder().setStructValue(own.sent(labels)).build();
        var told =
                Struct.newBuilder()
                        .putFields(METADATA, sent)
                        .putFields(ID, Value.newBuilder().setStringValue(own.id()).build())
                        .build();
        var any = Any.pack(told).toByteArray();
        var header = Unpooled.buffer(any.length + 8);
        header.writeInt(MAGIC).writeInt(any.length).writeBytes(any);
        return header.array();
    }

    /// One connection. Its event loop only.
    private static final class Exchange extends ChannelInboundHandlerAdapter {
        private final PeerMetadata own;
        private final byte[] header;
        private final ConnectionContext connection;
        private @Nullable ByteBuf seen;

        Exchange(PeerMetadata own, byte[] header, ConnectionContext connection) {
            this.own = own;
            this.header = header;
            this.connection = connection;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(header));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var part = (ByteBuf) message;
            var all = seen == null ? part : Unpooled.wrappedBuffer(seen, part);
            seen = null;
            switch (look(all)) {
                case MORE -> {
                    seen = all;
                    ctx.read();
                }
                case HEADER -> {
                    all.skipBytes(4);
                    learn(all.readSlice(all.readInt()));
                    pass(ctx, all);
                }
                case NONE -> pass(ctx, all);
            }
        }

        private void pass(ChannelHandlerContext ctx, ByteBuf rest) {
            connection.slots().remove(AWAITED);
            if (rest.isReadable()) {
                ctx.fireChannelRead(rest);
            } else {
                rest.release();
                ctx.read();
            }
            ctx.pipeline().remove(this);
        }

        private enum Found {
            HEADER,
            NONE,
            MORE
        }

        private static Found look(ByteBuf all) {
            for (var i = 0; i < Math.min(4, all.readableBytes()); i++) {
                if (all.getByte(all.readerIndex() + i) != (byte) (MAGIC >>> 24 - 8 * i)) {
                    return Found.NONE;
                }
            }
            if (all.readableBytes() < 8) {
                return Found.MORE;
            }
            var length = all.getUnsignedInt(all.readerIndex() + 4);
            if (length > LONGEST) {
                return Found.NONE;
            }
            return all.readableBytes() < 8 + length ? Found.MORE : Found.HEADER;
        }

        private void learn(ByteBuf told) {
            try {
                var any = Any.parseFrom(told.nioBuffer());
                var metadata =
                        Struct.parseFrom(any.getValue())
                                .getFieldsOrDefault(METADATA, Value.getDefaultInstance())
                                .getStructValue();
                connection.slots().put(Peer.SLOT, own.read(metadata));
            } catch (InvalidProtocolBufferException e) {
                connection.slots().put(Peer.SLOT, Peer.UNKNOWN);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            if (seen != null) {
                seen.release();
                seen = null;
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            handlerRemoved(ctx);
            ctx.fireChannelInactive();
        }
    }
}
