package dev.serin.proxy.http.codec.h2;

/// What ends a whole HTTP/2 connection, with the code that the peer is told. Without a stack: its
/// text says it all.
final class Http2Fault extends Exception {
    private static final long serialVersionUID = 1;
    private final int code;

    /// @param code an [ErrorCode]
    Http2Fault(int code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    static Http2Fault protocol(String detail) {
        return new Http2Fault(ErrorCode.PROTOCOL_ERROR, detail);
    }

    static Http2Fault size(String detail) {
        return new Http2Fault(ErrorCode.FRAME_SIZE_ERROR, detail);
    }

    static Http2Fault compression(String detail) {
        return new Http2Fault(ErrorCode.COMPRESSION_ERROR, detail);
    }

    /// As Envoy names a peer that asks for too much work.
    static Http2Fault flood(String detail) {
        return new Http2Fault(ErrorCode.ENHANCE_YOUR_CALM, detail);
    }

    int code() {
        return code;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
