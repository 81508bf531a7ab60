package dev.serin.proxy.http.grpcstats;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.GrpcMessages;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;

import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// Counts the messages of gRPC streams for `istio.stats` and logs to tell. As Envoy's grpc_stats
/// filter, without its metrics by method.
public final class GrpcStatsFilters implements HttpFilterFactory {
    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.http.grpc_stats.v3.FilterConfig");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(FilterConfig.parser());
        if (message.getStatsForAllMethods().getValue()) {
            throw new ConfigProblem("stats_for_all_methods", "is not supported");
        }
        return Counting::new;
    }

    /// One stream.
    private static final class Counting implements HttpFilter {
        private final Frames requests = new Frames();
        private final Frames responses = new Frames();
        private @Nullable GrpcMessages messages;

        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var type = head.headers().get("content-type");
            if (type != null
                    && type.startsWith("application/grpc")
                    && !type.startsWith("application/grpc-web")) {
                messages = new GrpcMessages();
                stream.slots().put(GrpcMessages.SLOT, messages);
            }
            return Next.CONTINUE;
        }

        @Override
        public ByteBuf requestBody(StreamContext stream, ByteBuf part) {
            if (messages != null) {
                messages.requests(requests.begunIn(part));
            }
            return part;
        }

        @Override
        public ByteBuf responseBody(StreamContext stream, ByteBuf part) {
            if (messages != null) {
                messages.responses(responses.begunIn(part));
            }
            return part;
        }
    }

    /// Where one direction is in its length-prefixed messages.
    private static final class Frames {
        private int prefix;
        private long length;
        private long left;

        /// How many messages begin in `part`; looks only.
        long begunIn(ByteBuf part) {
            var begun = 0L;
            var at = part.readerIndex();
            while (at < part.writerIndex()) {
                if (left > 0) {
                    var skipped = Math.min(left, part.writerIndex() - at);
                    left -= skipped;
                    at += (int) skipped;
                    continue;
                }
                if (prefix > 0) {
                    length = length << 8 | part.getUnsignedByte(at);
                }
                at++;
                if (++prefix == 5) {
                    begun++;
                    left = length;
                    length = 0;
                    prefix = 0;
                }
            }
            return begun;
        }
    }
}
