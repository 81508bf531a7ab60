package dev.serin.proxy.http.codec.h2;

/// The numbers of the streams that were over last, to tell what a late frame means.
final class ClosedStreams {
    private static final int REMEMBERED = 64;

    private final int[] reset = new int[REMEMBERED];
    private final int[] ended = new int[REMEMBERED];
    private int resets;
    private int ends;

    /// We reset it: the peer may not know yet.
    void reset(int id) {
        reset[resets++ & REMEMBERED - 1] = id;
    }

    /// It is over, for whatever reason.
    void end(int id) {
        ended[ends++ & REMEMBERED - 1] = id;
    }

    boolean weReset(int id) {
        return in(reset, id);
    }

    boolean ended(int id) {
        return in(ended, id);
    }

    private static boolean in(int[] ids, int id) {
        for (var known : ids) {
            if (known == id) {
                return true;
            }
        }
        return false;
    }
}
