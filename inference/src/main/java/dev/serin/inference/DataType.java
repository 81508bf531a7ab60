package dev.serin.inference;

/// The element type of a tensor, with TensorFlow's number and names.
public enum DataType {
    INVALID(0, "INVALID", 0),
    FLOAT(1, "float", 4),
    DOUBLE(2, "double", 8),
    INT32(3, "int32", 4),
    UINT8(4, "uint8", 1),
    INT16(5, "int16", 2),
    INT8(6, "int8", 1),
    STRING(7, "string", 0),
    COMPLEX64(8, "complex64", 8),
    INT64(9, "int64", 8),
    BOOL(10, "bool", 1),
    QINT8(11, "qint8", 1),
    QUINT8(12, "quint8", 1),
    QINT32(13, "qint32", 4),
    BFLOAT16(14, "bfloat16", 2),
    QINT16(15, "qint16", 2),
    QUINT16(16, "quint16", 2),
    UINT16(17, "uint16", 2),
    COMPLEX128(18, "complex128", 16),
    HALF(19, "half", 2),
    RESOURCE(20, "resource", 0),
    VARIANT(21, "variant", 0),
    UINT32(22, "uint32", 4),
    UINT64(23, "uint64", 8);

    private static final DataType[] BY_NUMBER = values();

    private final int number;
    private final String text;
    private final int bytes;

    DataType(int number, String text, int bytes) {
        this.number = number;
        this.text = text;
        this.bytes = bytes;
    }

    /// The type of this wire number; [#INVALID] for one that is not known.
    public static DataType of(int number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : INVALID;
    }

    /// The number on the wire and in the C API.
    public int number() {
        return number;
    }

    /// TensorFlow's word for it in error messages, for instance `float`.
    public String text() {
        return text;
    }

    /// The enum constant's name in metadata, for instance `DT_FLOAT`.
    public String wireName() {
        return "DT_" + name();
    }

    /// Bytes of one element, 0 where elements have no fixed size.
    public int bytes() {
        return bytes;
    }
}
