package dev.serin.proxy.stream;

/// When the stations of a stream were reached, by [dev.serin.base.time.Ticker#nanos()]; 0 for one
/// that was not. Start by the wall clock is the present less `end - start`.
///
/// @param start first octet of the head
/// @param requestEnd the whole request was read
/// @param upstreamStart the request was sent to the last host tried
/// @param upstreamFirst the response's head came from upstream
/// @param upstreamEnd the whole response came from upstream
/// @param responseFirst the response's head was written to the client
/// @param end the stream was over
public record Timing(
        long start,
        long requestEnd,
        long upstreamStart,
        long upstreamFirst,
        long upstreamEnd,
        long responseFirst,
        long end) {
    public long durationNanos() {
        return end - start;
    }

    public long durationMillis() {
        return (end - start) / 1_000_000;
    }
}
