package dev.serin.modelserver;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.Tensor;
import dev.serin.inference.grpc.TensorMessages;
import dev.serin.inference.proto.serving.PredictRequest;
import dev.serin.inference.proto.serving.PredictionLog;
import dev.serin.modelserver.servable.Servable;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/// Runs a model on the requests that it brings along, so that no client meets a cold model: a
/// TFRecord file of PredictionLog messages, at most a thousand.
final class WarmUp {
    static final String FILE = "assets.extra/tf_serving_warmup_requests";

    private static final int MOST = 1000;
    private static final int LONGEST_RECORD = 1 << 30;

    private WarmUp() {}

    /// How many requests were run; 0 when the model brings none.
    ///
    /// @throws ProblemException if the file is damaged
    /// @throws ServingException if the model fails on a request
    static int run(Servable servable, Path folder) {
        var file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return 0;
        }
        int run = 0;
        try (var in = new DataInputStream(Files.newInputStream(file))) {
            for (var record = record(in); record.length > 0 && run < MOST; record = record(in)) {
                var log = PredictionLog.parseFrom(record);
                if (log.hasPredictLog()) {
                    predict(servable, log.getPredictLog().getRequest());
                    run++;
                }
            }
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            "warm-up file " + file,
                            "it cannot be read (" + e.getMessage() + ")",
                            "a TFRecord file of PredictionLog messages",
                            "write it again, or start with --enable_model_warmup=false"),
                    e);
        }
        return run;
    }

    /// The next record's bytes, none at the end: a length, its checksum, the bytes, their checksum.
    /// The checksums are left to TensorFlow's own tools.
    private static byte[] record(DataInputStream in) throws IOException {
        long length;
        try {
            length = Long.reverseBytes(in.readLong());
        } catch (EOFException e) {
            return new byte[0];
        }
        if (length < 0 || length > LONGEST_RECORD) {
            throw new IOException("a record of " + length + " bytes");
        }
        in.readInt();
        var record = in.readNBytes((int) length);
        if (record.length < length) {
            throw new EOFException("the last record is cut off");
        }
        in.readInt();
        return record;
    }

    private static void predict(Servable servable, PredictRequest request) {
        var named = request.getModelSpec().getSignatureName();
        var signature = servable.signatures().get(named.isEmpty() ? Signature.DEFAULT : named);
        if (signature == null) {
            throw ServingException.invalid(
                    "Serving signature name: \"" + named + "\" not found in signature def");
        }
        var inputs = new TreeMap<String, Tensor>();
        request.getInputsMap()
                .forEach((name, tensor) -> inputs.put(name, TensorMessages.tensor(tensor)));
        servable.run(signature, inputs);
    }
}
