package dev.serin.proxy.http.codec.h2;

/// The Huffman code of HPACK (RFC 7541, appendix B), which is canonical: the lengths say it all.
final class Huffman {
    /// For each octet, and last for the end of a string, the length of its code: `A` is 5 bits.
    private static final String LENGTHS =
            "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF"
                    + "IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX"
                    + "PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS"
                    + "VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV"
                    + "Z";

    private static final int FAST_BITS = 9;
    private static final int LONGEST = 30;
    private static final int END = 256;

    /// By the next 9 bits: octet and length of the code, 0 if that is longer.
    private static final short[] FAST = new short[1 << FAST_BITS];

    /// By length: the first code of the next length, shifted to the left of 31 bits.
    private static final int[] LIMIT = new int[LONGEST + 1];

    /// By length: what to add to a code for its place in [#SYMBOLS].
    private static final int[] OFFSET = new int[LONGEST + 1];

    private static final short[] SYMBOLS = new short[END + 1];

    static {
        var code = 0;
        var place = 0;
        for (var length = 1; length <= LONGEST; length++) {
            code <<= 1;
            OFFSET[length] = place - code;
            for (var symbol = 0; symbol <= END; symbol++) {
                if (LENGTHS.charAt(symbol) - 'A' + 5 == length) {
                    SYMBOLS[place++] = (short) symbol;
                    fast(symbol, code++, length);
                }
            }
            LIMIT[length] = code << (31 - length);
        }
    }

    private Huffman() {}

    private static void fast(int symbol, int code, int length) {
        if (length <= FAST_BITS) {
            var spare = FAST_BITS - length;
            for (var i = 0; i < 1 << spare; i++) {
                FAST[code << spare | i] = (short) (length << 8 | symbol);
            }
        }
    }

    /// The most octets that `octets` of code can stand for.
    static int most(int octets) {
        return octets * 8 / 5 + 1;
    }

    /// Decodes `from[at, to)` into `into`; answers how many octets that made.
    ///
    /// @throws Http2Fault if it is not Huffman code with its proper padding
    static int decode(byte[] from, int at, int to, byte[] into) throws Http2Fault {
        var next = at;
        var size = 0;
        var bits = 0;
        var held = 0L; // the bits at its left
        while (true) {
            while (bits <= 56 && next < to) {
                held |= (from[next++] & 0xffL) << (56 - bits);
                bits += 8;
            }
            int known = FAST[(int) (held >>> (64 - FAST_BITS))];
            var length = known >> 8;
            var symbol = known & 0xff;
            if (known == 0) {
                var top = (int) (held >>> 33);
                length = FAST_BITS + 1;
                while (length < LONGEST && top >= LIMIT[length]) {
                    length++;
                }
                symbol = SYMBOLS[(top >>> (31 - length)) + OFFSET[length]];
            }
            if (length > bits) {
                break;
            }
            if (symbol == END) {
                throw Http2Fault.compression("hpack: end of string inside");
            }
            into[size++] = (byte) symbol;
            held <<= length;
            bits -= length;
        }
        if (bits > 7 || bits > 0 && held >>> (64 - bits) != (1L << bits) - 1) {
            throw Http2Fault.compression("hpack: wrong padding");
        }
        return size;
    }
}
