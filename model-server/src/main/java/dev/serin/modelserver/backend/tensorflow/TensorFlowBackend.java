package dev.serin.modelserver.backend.tensorflow;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.proto.ConfigProto;
import dev.serin.inference.proto.MetaGraphDef;
import dev.serin.modelserver.servable.Servable;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Loads SavedModels into TensorFlow. The library itself is unpacked and opened at the first load,
/// so that a server without such models never pays for it. Safe for any thread.
public final class TensorFlowBackend {
    /// The signature that only initialises: nobody may ask for it, its output has no type.
    private static final String INIT = "__saved_model_init_op";

    private final Path cache;
    private final Settings settings;
    private final Consumer<String> progress;
    private @Nullable TensorFlowLibrary library;

    /// How sessions are made.
    ///
    /// @param tags of the graph to load, `serve`
    /// @param threadsInOperation and
    /// @param threadsBetweenOperations 0 for one a core, which costs small models more than it
    ///   brings
    public record Settings(
            List<String> tags, int threadsInOperation, int threadsBetweenOperations) {}

    /// @param cache the folder for the unpacked library
    /// @param progress told when unpacking takes a while
    public TensorFlowBackend(Path cache, Settings settings, Consumer<String> progress) {
        this.cache = cache;
        this.settings = settings;
        this.progress = progress;
    }

    /// Whether a version's folder holds what this backend loads.
    public static boolean canLoad(Path folder) {
        return Files.isRegularFile(folder.resolve("saved_model.pb"))
                || Files.isRegularFile(folder.resolve("saved_model.pbtxt"));
    }

    /// Loads the SavedModel in `folder`; takes from milliseconds to many seconds.
    ///
    /// @throws ServingException with TensorFlow's words if it cannot be loaded
    /// @throws ProblemException if TensorFlow itself cannot be
    public Servable load(Path folder) {
        var opened = library();
        try (var arena = Arena.ofConfined();
                var status = new TensorFlowStatus(opened)) {
            var options =
                    Native.address(() -> (MemorySegment) opened.newSessionOptions.invokeExact());
            var graph = Native.address(() -> (MemorySegment) opened.newGraph.invokeExact());
            var meta = Native.address(() -> (MemorySegment) opened.newBuffer.invokeExact());
            var session = MemorySegment.NULL;
            try {
                var config = arena.allocateFrom(ValueLayout.JAVA_BYTE, config());
                Native.call(() -> {
                    opened.setConfig.invokeExact(
                            options, config, config.byteSize(), status.address);
                });
                status.check();
                session = session(opened, new Parts(options, graph, meta), folder, arena, status);
                var signatures = signatures(meta);
                var endpoints = endpoints(opened, graph, signatures);
                return new TensorFlowModel(opened, graph, session, signatures, endpoints);
            } finally {
                Native.call(() -> {
                    opened.deleteSessionOptions.invokeExact(options);
                });
                Native.call(() -> {
                    opened.deleteBuffer.invokeExact(meta);
                });
                if (session.equals(MemorySegment.NULL)) {
                    Native.call(() -> {
                        opened.deleteGraph.invokeExact(graph);
                    });
                }
            }
        }
    }

    private record Parts(MemorySegment options, MemorySegment graph, MemorySegment meta) {}

    private MemorySegment session(
            TensorFlowLibrary opened,
            Parts parts,
            Path folder,
            Arena arena,
            TensorFlowStatus status) {
        int count = settings.tags.size();
        var tags = arena.allocate(ValueLayout.ADDRESS, count);
        for (int i = 0; i < count; i++) {
            tags.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(settings.tags.get(i)));
        }
        var path = arena.allocateFrom(folder.toString());
        var session =
                Native.address(() ->
                        (MemorySegment)
                                opened.loadSession.invokeExact(
                                        parts.options,
                                        MemorySegment.NULL,
                                        path,
                                        tags,
                                        count,
                                        parts.graph,
                                        parts.meta,
                                        status.address));
        status.check();
        return session;
    }

    private byte[] config() {
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(settings.threadsInOperation)
                .setInterOpParallelismThreads(settings.threadsBetweenOperations)
                .setUsePerSessionThreads(true)
                .build()
                .toByteArray();
    }

    /// What the TF_Buffer (a pointer, then a length) says the model can be asked.
    private static SortedMap<String, Signature> signatures(MemorySegment meta) {
        var buffer = Native.sized(meta, 16);
        var bytes =
                Native.sized(
                        buffer.get(ValueLayout.ADDRESS, 0), buffer.get(ValueLayout.JAVA_LONG, 8));
        try {
            var message = MetaGraphDef.parseFrom(bytes.asByteBuffer());
            var signatures = new TreeMap<String, Signature>();
            message.getSignatureDefMap()
                    .forEach((name, signature) -> {
                        if (!name.equals(INIT)) {
                            signatures.put(name, Signature.of(signature));
                        }
                    });
            return signatures;
        } catch (InvalidProtocolBufferException e) {
            throw ServingException.invalid("The model's MetaGraphDef cannot be read: " + e);
        }
    }

    private static Map<String, TensorFlowModel.Endpoint> endpoints(
            TensorFlowLibrary opened,
            MemorySegment graph,
            SortedMap<String, Signature> signatures) {
        var endpoints = new HashMap<String, TensorFlowModel.Endpoint>();
        try (var arena = Arena.ofConfined()) {
            for (var signature : signatures.values()) {
                for (var specs : List.of(signature.inputs(), signature.outputs())) {
                    for (var spec : specs.values()) {
                        if (spec.type() != DataType.INVALID) {
                            endpoint(opened, graph, spec.tensor(), arena, endpoints);
                        }
                    }
                }
            }
        }
        return endpoints;
    }

    private static void endpoint(
            TensorFlowLibrary opened,
            MemorySegment graph,
            String tensor,
            Arena arena,
            Map<String, TensorFlowModel.Endpoint> endpoints) {
        int colon = tensor.lastIndexOf(':');
        var name = colon < 0 ? tensor : tensor.substring(0, colon);
        int output = colon < 0 ? 0 : Integer.parseInt(tensor.substring(colon + 1));
        var text = arena.allocateFrom(name);
        var operation =
                Native.address(
                        () -> (MemorySegment) opened.operationByName.invokeExact(graph, text));
        if (!operation.equals(MemorySegment.NULL)) {
            endpoints.put(tensor, new TensorFlowModel.Endpoint(operation, output));
        }
    }

    private synchronized TensorFlowLibrary library() {
        if (library == null) {
            library = new TensorFlowLibrary(TensorFlowFiles.unpacked(cache, progress));
        }
        return library;
    }

    /// Why `folder` holds no model, in words that say what to do; null if it looks like one.
    public static @Nullable Problem missing(Path folder) {
        if (canLoad(folder)) {
            return null;
        }
        List<String> found;
        try (var files = Files.list(folder)) {
            found = files.map(file -> file.getFileName().toString()).sorted().limit(5).toList();
        } catch (IOException e) {
            found = List.of();
        }
        return new Problem(
                "model folder " + folder,
                found.isEmpty() ? "it is empty" : "it holds " + String.join(", ", found),
                "saved_model.pb and a folder variables",
                "save the model with tf.saved_model.save or, in Keras 3, with model.export");
    }
}
