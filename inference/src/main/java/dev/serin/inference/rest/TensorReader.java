package dev.serin.inference.rest;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Reads one input tensor from JSON: either from one nested list, or item by item, one an instance,
/// all of one shape. The first list at each level decides the size of that level. Owned by one
/// thread.
final class TensorReader {
    /// A list that is nested deeper is no tensor: TensorFlow's own limit.
    private static final int MOST_DIMENSIONS = 254;

    private static final int OPEN = -1;

    private final Elements elements;
    private long @Nullable [] itemShape;
    private int items;

    TensorReader(DataType type) {
        elements = new Elements(type);
    }

    /// The value that the cursor is on, as one tensor; the cursor moves past it.
    static Tensor read(JsonCursor cursor, DataType type) {
        var reader = new TensorReader(type);
        reader.addItem(cursor);
        return reader.elements.toTensor(reader.shape());
    }

    /// Adds the value that the cursor is on as the next item, and moves past it.
    ///
    /// @throws ServingException if it is of another shape than the items before or of another type
    void addItem(JsonCursor cursor) {
        int start = cursor.at;
        int before = elements.count();
        var expected = itemShape;
        var shape = expected == null ? openShape(cursor) : expected.clone();
        try {
            fill(cursor, 0, shape);
        } catch (ServingException e) {
            explain(cursor, start, before);
        }
        itemShape = shape;
        items++;
    }

    /// All items as one tensor, their number as its first dimension.
    Tensor toBatch() {
        var shape = shape();
        var batch = new long[shape.length + 1];
        batch[0] = items;
        System.arraycopy(shape, 0, batch, 1, shape.length);
        return elements.toTensor(batch);
    }

    private long[] shape() {
        var shape = itemShape == null ? new long[0] : itemShape.clone();
        for (int i = 0; i < shape.length; i++) {
            shape[i] = Math.max(shape[i], 0);
        }
        return shape;
    }

    /// Reads the item again, slowly and by its own shape, to say what is wrong in the order in
    /// which TensorFlow Serving looks at it. Always throws.
    private void explain(JsonCursor cursor, int start, int before) {
        elements.cutTo(before);
        cursor.at = start;
        var own = openShape(cursor);
        var walker = new JsonCursor(cursor.text, start);
        for (int i = 0; i < own.length; i++) {
            own[i] = walker.size();
            if (own[i] > 0) {
                walker.next();
            } else {
                own = Arrays.copyOf(own, i + 1);
            }
        }
        fill(cursor, 0, own);
        var expected = itemShape == null ? own : itemShape;
        if (Tensor.elements(expected) != Tensor.elements(own)) {
            throw ServingException.invalid(
                    "Expecting tensor size: "
                            + Tensor.elements(expected)
                            + " but got: "
                            + Tensor.elements(own));
        }
        throw ServingException.invalid(
                "Expecting shape "
                        + Tensor.shapeText(expected)
                        + " but got: "
                        + Tensor.shapeText(own));
    }

    /// As many open dimensions as brackets open before the first scalar.
    private static long[] openShape(JsonCursor cursor) {
        var walker = new JsonCursor(cursor.text, cursor.at);
        int rank = 0;
        while (walker.peek() == '[') {
            rank++;
            if (rank > MOST_DIMENSIONS) {
                throw ServingException.invalid(
                        "JSON Value: nested deeper than the "
                                + MOST_DIMENSIONS
                                + " dimensions that a tensor can have");
            }
            walker.at++;
        }
        var shape = new long[rank];
        Arrays.fill(shape, OPEN);
        return shape;
    }

    private void fill(JsonCursor cursor, int level, long[] shape) {
        if (cursor.peek() != '[') {
            if (level != shape.length) {
                throw ServingException.invalid(
                        "JSON Value: "
                                + JsonValueText.of(cursor.text, cursor.at)
                                + " found at incorrect level: "
                                + (level + 1)
                                + " in the JSON DOM. Expected at level: "
                                + shape.length);
            }
            elements.add(cursor);
            return;
        }
        if (level >= shape.length) {
            throw ServingException.invalid(
                    "Encountered list at unexpected level: "
                            + level
                            + " expected < "
                            + shape.length);
        }
        int start = cursor.at;
        long size = 0;
        try {
            for (var more = cursor.next(); more; more = cursor.more()) {
                fill(cursor, level + 1, shape);
                size++;
            }
        } catch (ServingException e) {
            // The size of the list around a mistake is looked at before the mistake.
            checkSize(new JsonCursor(cursor.text, start).size(), level, shape);
            throw e;
        }
        checkSize(size, level, shape);
    }

    private static void checkSize(long size, int level, long[] shape) {
        if (shape[level] == OPEN) {
            shape[level] = size;
        } else if (shape[level] != size) {
            throw ServingException.invalid(
                    "Encountered list at unexpected size: "
                            + size
                            + " at level: "
                            + level
                            + " expected size: "
                            + shape[level]);
        }
    }
}
