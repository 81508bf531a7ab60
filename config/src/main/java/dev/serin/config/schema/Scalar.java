package dev.serin.config.schema;

/// Types without parts. The comment of each says how protobuf carries it, where that is not plain.
public enum Scalar implements Type {
    STRING("string"),
    INT32("int32"),
    INT64("int64"),
    BOOL("bool"),
    /// 64 bits, fixed.
    DOUBLE("double"),
    /// `100m`, `1Gi` or a plain number; a message whose field 1 is the string.
    QUANTITY("quantity"),
    /// A message: 1 the kind (0 integer, 1 string), 2 the integer, 3 the string.
    INT_OR_STRING("int-or-string"),
    /// RFC 3339 in whole seconds; a message of seconds (1) and nanoseconds (2).
    TIME("time"),
    /// RFC 3339 in microseconds; the same message as [#TIME].
    MICRO_TIME("micro-time"),
    /// Such as `1h30m` or `250ms`; a message whose field 1 is nanoseconds.
    DURATION("duration"),
    /// Base64 in JSON.
    BYTES("bytes"),
    /// Anything, kept as it is. In protobuf an extension is a message whose field 1 is JSON; what
    /// is only not described here (an old kind of volume) is a message of its own, to be skipped.
    ANY("any");

    private final String word;

    Scalar(String word) {
        this.word = word;
    }

    /// Its name in the schema files.
    public String word() {
        return word;
    }
}
