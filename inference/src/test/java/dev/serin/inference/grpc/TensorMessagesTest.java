package dev.serin.inference.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;

import dev.serin.inference.ServingException;
import dev.serin.inference.proto.DataType;
import dev.serin.inference.proto.TensorProto;
import dev.serin.inference.proto.TensorShapeProto;

import org.junit.jupiter.api.Test;

class TensorMessagesTest {
    private static TensorProto.Builder message(DataType type, long... shape) {
        var sizes = TensorShapeProto.newBuilder();
        for (var size : shape) {
            sizes.addDimBuilder().setSize(size);
        }
        return TensorProto.newBuilder().setDtype(type).setTensorShape(sizes);
    }

    @Test
    void bothFormsGiveTheSameValues() {
        var listed =
                TensorMessages.tensor(
                        message(DataType.DT_FLOAT, 2).addFloatVal(1).addFloatVal(2).build());
        var packed =
                TensorMessages.tensor(
                        message(DataType.DT_FLOAT, 2)
                                .setTensorContent(
                                        ByteString.copyFrom(
                                                new byte[] {
                                                    0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40
                                                }))
                                .build());
        assertEquals(2, listed.floatAt(1));
        assertEquals(-1, listed.values().mismatch(packed.values()));
    }

    @Test
    void theLastValueFillsTheRest() {
        var tensor =
                TensorMessages.tensor(
                        message(DataType.DT_INT8, 3).addIntVal(1).addIntVal(7).build());
        assertEquals(7, tensor.byteAt(2));
        var strings =
                TensorMessages.tensor(
                        message(DataType.DT_STRING, 2)
                                .addStringVal(ByteString.copyFromUtf8("a"))
                                .build());
        assertEquals(2, strings.strings().size());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        var tooMany = message(DataType.DT_INT64, 1).addInt64Val(1).addInt64Val(2).build();
        assertThrows(ServingException.class, () -> TensorMessages.tensor(tooMany));
        var cut =
                message(DataType.DT_INT64, 1)
                        .setTensorContent(ByteString.copyFromUtf8("abc"))
                        .build();
        assertThrows(ServingException.class, () -> TensorMessages.tensor(cut));
        var huge = message(DataType.DT_FLOAT, 1 << 30, 1 << 30).build();
        assertThrows(ServingException.class, () -> TensorMessages.tensor(huge));
        assertThrows(
                ServingException.class,
                () -> TensorMessages.tensor(message(DataType.DT_FLOAT, -1).build()));
    }
}
