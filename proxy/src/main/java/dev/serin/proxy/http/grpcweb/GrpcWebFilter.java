package dev.serin.proxy.http.grpcweb;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Turns the gRPC-Web of a browser into gRPC and back: the trailers, which a browser cannot read,
/// become the last frame of the body, and the `-text` form is base64. As gRPC's PROTOCOL-WEB.
final class GrpcWebFilter implements HttpFilter {
    private static final String WEB = "application/grpc-web";
    private static final String TEXT = "application/grpc-web-text";
    private static final String PROTO = "+proto";
    private static final int TRAILERS = 0x80;

    private boolean web;
    private boolean textRequest;
    private boolean textResponse;
    private boolean grpcResponse;
    private ByteBuf undecoded = Unpooled.EMPTY_BUFFER;
    private ByteBuf unencoded = Unpooled.EMPTY_BUFFER;

    @Override
    public Next request(StreamContext stream, RequestHead head, boolean end) {
        var headers = head.headers();
        var type = headers.get("content-type");
        web = type != null && type.startsWith(WEB);
        if (!web || type == null) {
            return Next.CONTINUE;
        }
        textRequest = type.startsWith(TEXT);
        var accept = headers.get("accept");
        textResponse = accept == null ? textRequest : accept.startsWith(TEXT);
        headers.set("content-type", "application/grpc" + suffix(type, textRequest));
        headers.remove("content-length");
        headers.set("te", "trailers");
        headers.set("grpc-accept-encoding", "identity"); // nobody after this would unpack it
        return Next.CONTINUE;
    }

    private static String suffix(String type, boolean text) {
        var plus = type.substring(text ? TEXT.length() : WEB.length());
        return plus.startsWith("+") && !plus.equals(PROTO) ? plus : "";
    }

    @Override
    public ByteBuf requestBody(StreamContext stream, ByteBuf part) {
        if (!textRequest) {
            return part;
        }
        var all = Unpooled.wrappedBuffer(undecoded, part);
        var whole = all.readableBytes() / 4 * 4;
        var text = new byte[whole];
        all.readBytes(text);
        undecoded = Unpooled.copiedBuffer(all);
        all.release();
        try {
            return Unpooled.wrappedBuffer(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            stream.reply(
                    new LocalReply(
                            400,
                            0,
                            "grpc_base_64_decode_failed",
                            "Bad gRPC-web request, invalid base64 data."));
            return Unpooled.EMPTY_BUFFER;
        }
    }

    @Override
    public Next response(StreamContext stream, ResponseHead head, boolean end) {
        var type = head.headers().get("content-type");
        if (web && type != null && type.startsWith("application/grpc")) {
            grpcResponse = true;
            var encoding = type.length() == 16 ? PROTO : type.substring(16);
            head.headers().set("content-type", (textResponse ? TEXT : WEB) + encoding);
            head.headers().remove("content-length");
        }
        return Next.CONTINUE;
    }

    @Override
    public ByteBuf responseBody(StreamContext stream, ByteBuf part) {
        if (!grpcResponse || !textResponse) {
            return part;
        }
        var all = Unpooled.wrappedBuffer(unencoded, part);
        var octets = new byte[all.readableBytes() / 3 * 3];
        all.readBytes(octets);
        unencoded = Unpooled.copiedBuffer(all);
        all.release();
        return Unpooled.wrappedBuffer(Base64.getEncoder().encode(octets));
    }

    @Override
    public @Nullable Headers responseEnd(StreamContext stream, @Nullable Headers trailers) {
        if (!grpcResponse) {
            return trailers;
        }
        var last = trailers == null ? Unpooled.EMPTY_BUFFER : frame(trailers);
        if (textResponse) {
            var all = Unpooled.wrappedBuffer(unencoded, last);
            unencoded = Unpooled.EMPTY_BUFFER;
            var octets = new byte[all.readableBytes()];
            all.readBytes(octets);
            all.release();
            last = Unpooled.wrappedBuffer(Base64.getEncoder().encode(octets));
        }
        if (last.isReadable()) {
            stream.addResponseBody(last);
        }
        return null;
    }

    private static ByteBuf frame(Headers trailers) {
        var lines = new StringBuilder();
        for (var i = 0; i < trailers.size(); i++) {
            lines.append(trailers.name(i)).append(':').append(trailers.value(i)).append("\r\n");
        }
        var text = lines.toString().getBytes(StandardCharsets.ISO_8859_1);
        return Unpooled.buffer(text.length + 5)
                .writeByte(TRAILERS)
                .writeInt(text.length)
                .writeBytes(text);
    }
}
