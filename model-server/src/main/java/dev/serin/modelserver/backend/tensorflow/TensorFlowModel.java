package dev.serin.modelserver.backend.tensorflow;

import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.Tensor;
import dev.serin.modelserver.servable.Servable;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A SavedModel in a session of TensorFlow. Any number of threads may run it at once.
final class TensorFlowModel implements Servable {
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    /// Bytes of a TF_Output: a pointer to an operation and the number of its output.
    private static final long OUTPUT = 16;

    private final TensorFlowLibrary library;
    private final NativeTensors tensors;
    private final MemorySegment graph;
    private final MemorySegment session;
    private final SortedMap<String, Signature> signatures;
    private final Map<String, Endpoint> endpoints;

    /// One output of an operation of the graph.
    record Endpoint(MemorySegment operation, int output) {}

    TensorFlowModel(
            TensorFlowLibrary library,
            MemorySegment graph,
            MemorySegment session,
            SortedMap<String, Signature> signatures,
            Map<String, Endpoint> endpoints) {
        this.library = library;
        this.tensors = new NativeTensors(library);
        this.graph = graph;
        this.session = session;
        this.signatures = Collections.unmodifiableSortedMap(signatures);
        this.endpoints = Map.copyOf(endpoints);
    }

    @Override
    public SortedMap<String, Signature> signatures() {
        return signatures;
    }

    @Override
    public SortedMap<String, Tensor> run(Signature signature, SortedMap<String, Tensor> inputs) {
        try (var arena = Arena.ofConfined();
                var status = new TensorFlowStatus(library)) {
            int in = inputs.size();
            var feeds = arena.allocate(OUTPUT * in, 8);
            var values = arena.allocate(POINTER.byteSize() * in, 8);
            var fed = new ArrayList<Tensor>(in);
            int out = signature.outputs().size();
            var fetches = arena.allocate(OUTPUT * out, 8);
            var fetched = arena.allocate(POINTER.byteSize() * out, 8);
            try {
                for (var input : inputs.entrySet()) {
                    var spec = signature.inputs().get(input.getKey());
                    if (spec == null) {
                        throw ServingException.invalid("input " + input.getKey() + " is unknown");
                    }
                    put(feeds, fed.size(), spec.tensor());
                    values.setAtIndex(
                            POINTER, fed.size(), tensors.toNative(input.getValue(), arena));
                    fed.add(input.getValue());
                }
                int i = 0;
                for (var spec : signature.outputs().values()) {
                    put(fetches, i++, spec.tensor());
                }
                Native.call(() -> {
                    library.runSession.invokeExact(
                            session,
                            MemorySegment.NULL,
                            feeds,
                            values,
                            in,
                            fetches,
                            fetched,
                            out,
                            MemorySegment.NULL,
                            0,
                            MemorySegment.NULL,
                            status.address);
                });
                check(status);
                return outputs(signature, fetched);
            } finally {
                free(values, fed, fetched, out);
            }
        }
    }

    /// TensorFlow's words, with the cure where they do not lead to it.
    private static void check(TensorFlowStatus status) {
        try {
            status.check();
        } catch (ServingException e) {
            var cure = Cures.of(e.text());
            throw cure == null
                    ? e
                    : new ServingException(e.code(), e.text() + " (cure: " + cure + ")");
        }
    }

    private void put(MemorySegment outputs, int i, String tensor) {
        var endpoint = endpoints.get(tensor);
        if (endpoint == null) {
            throw ServingException.invalid(
                    "Tensor "
                            + tensor
                            + ", specified in either feed_devices or fetch_devices was not found in"
                            + " the Graph");
        }
        outputs.set(POINTER, i * OUTPUT, endpoint.operation);
        outputs.set(ValueLayout.JAVA_INT, i * OUTPUT + POINTER.byteSize(), endpoint.output);
    }

    private SortedMap<String, Tensor> outputs(Signature signature, MemorySegment fetched) {
        var outputs = new TreeMap<String, Tensor>();
        int i = 0;
        for (var name : signature.outputs().keySet()) {
            outputs.put(name, tensors.fromNative(fetched.getAtIndex(POINTER, i++)));
        }
        return outputs;
    }

    private void free(MemorySegment values, List<Tensor> fed, MemorySegment fetched, int fetches) {
        for (int i = 0; i < fed.size(); i++) {
            tensors.delete(values.getAtIndex(POINTER, i), fed.get(i));
        }
        for (int i = 0; i < fetches; i++) {
            var output = fetched.getAtIndex(POINTER, i);
            if (!output.equals(MemorySegment.NULL)) {
                Native.call(() -> {
                    library.deleteTensor.invokeExact(output);
                });
            }
        }
    }

    @Override
    public void close() {
        try (var status = new TensorFlowStatus(library)) {
            Native.call(() -> {
                library.closeSession.invokeExact(session, status.address);
            });
            Native.call(() -> {
                library.deleteSession.invokeExact(session, status.address);
            });
            Native.call(() -> {
                library.deleteGraph.invokeExact(graph);
            });
        }
    }
}
