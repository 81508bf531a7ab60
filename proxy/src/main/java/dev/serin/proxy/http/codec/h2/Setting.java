package dev.serin.proxy.http.codec.h2;

/// The settings of RFC 9113, 6.5.2, and RFC 8441, as pairs in a SETTINGS frame.
final class Setting {
    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    static final int OCTETS = 6;

    private Setting() {}

    static int name(byte[] b, int at) {
        return (b[at] & 0xff) << 8 | b[at + 1] & 0xff;
    }

    /// What the pair says, at most [Integer#MAX_VALUE].
    ///
    /// @throws Http2Fault if it may not say that
    static long value(byte[] b, int at) throws Http2Fault {
        var value =
                (b[at + 2] & 0xffL) << 24
                        | (b[at + 3] & 0xff) << 16
                        | (b[at + 4] & 0xff) << 8
                        | b[at + 5] & 0xff;
        switch (name(b, at)) {
            case ENABLE_PUSH, ENABLE_CONNECT_PROTOCOL -> {
                if (value > 1) {
                    throw Http2Fault.protocol("http2.settings");
                }
            }
            case INITIAL_WINDOW_SIZE -> {
                if (value > Integer.MAX_VALUE) {
                    throw new Http2Fault(ErrorCode.FLOW_CONTROL_ERROR, "http2.settings");
                }
            }
            case MAX_FRAME_SIZE -> {
                if (value < 16_384 || value > 16_777_215) {
                    throw Http2Fault.protocol("http2.settings");
                }
            }
            default -> {}
        }
        return Math.min(value, Integer.MAX_VALUE);
    }
}
