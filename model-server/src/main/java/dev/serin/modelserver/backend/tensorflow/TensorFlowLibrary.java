package dev.serin.modelserver.backend.tensorflow;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/// The functions of TensorFlow's C API that we call, found in its libraries. Opened once a process
/// and never closed, since TensorFlow cannot be unloaded. Safe for any thread.
final class TensorFlowLibrary {
    private static final FunctionDescriptor FROM_NOTHING = FunctionDescriptor.of(ADDRESS);
    private static final FunctionDescriptor FREE = FunctionDescriptor.ofVoid(ADDRESS);

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;

    final MethodHandle version;
    final MethodHandle newStatus;
    final MethodHandle deleteStatus;
    final MethodHandle statusCode;
    final MethodHandle statusMessage;
    final MethodHandle newBuffer;
    final MethodHandle deleteBuffer;
    final MethodHandle newGraph;
    final MethodHandle deleteGraph;
    final MethodHandle operationByName;
    final MethodHandle newSessionOptions;
    final MethodHandle deleteSessionOptions;
    final MethodHandle setConfig;
    final MethodHandle loadSession;
    final MethodHandle closeSession;
    final MethodHandle deleteSession;
    final MethodHandle runSession;
    final MethodHandle allocateTensor;
    final MethodHandle deleteTensor;
    final MethodHandle tensorType;
    final MethodHandle tensorRank;
    final MethodHandle tensorDimension;
    final MethodHandle tensorBytes;
    final MethodHandle tensorValues;
    final MethodHandle stringInit;
    final MethodHandle stringCopy;
    final MethodHandle stringStart;
    final MethodHandle stringSize;
    final MethodHandle stringFree;

    /// Opens the libraries: about half a second and 200 MB of mapped memory.
    ///
    /// @param files in the order of opening
    @SuppressWarnings("restricted") // a native library is what this is about
    TensorFlowLibrary(List<Path> files) {
        SymbolLookup lookup = null;
        for (var file : files) {
            var one = SymbolLookup.libraryLookup(file, Arena.global());
            lookup = lookup == null ? one : one.or(lookup);
        }
        if (lookup == null) {
            throw new IllegalArgumentException("no library files");
        }
        symbols = lookup;
        version = function("TF_Version", FROM_NOTHING);
        newStatus = function("TF_NewStatus", FROM_NOTHING);
        deleteStatus = function("TF_DeleteStatus", FREE);
        statusCode = function("TF_GetCode", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        statusMessage = function("TF_Message", FunctionDescriptor.of(ADDRESS, ADDRESS));
        newBuffer = function("TF_NewBuffer", FROM_NOTHING);
        deleteBuffer = function("TF_DeleteBuffer", FREE);
        newGraph = function("TF_NewGraph", FROM_NOTHING);
        deleteGraph = function("TF_DeleteGraph", FREE);
        operationByName =
                function(
                        "TF_GraphOperationByName",
                        FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
        newSessionOptions = function("TF_NewSessionOptions", FROM_NOTHING);
        deleteSessionOptions = function("TF_DeleteSessionOptions", FREE);
        setConfig =
                function(
                        "TF_SetConfig",
                        FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
        loadSession =
                function(
                        "TF_LoadSessionFromSavedModel",
                        FunctionDescriptor.of(
                                ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS,
                                ADDRESS, ADDRESS));
        closeSession = function("TF_CloseSession", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        deleteSession = function("TF_DeleteSession", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        runSession =
                function(
                        "TF_SessionRun",
                        FunctionDescriptor.ofVoid(
                                ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS,
                                JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS));
        allocateTensor =
                function(
                        "TF_AllocateTensor",
                        FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
        deleteTensor = function("TF_DeleteTensor", FREE);
        tensorType = function("TF_TensorType", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        tensorRank = function("TF_NumDims", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        tensorDimension = function("TF_Dim", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT));
        tensorBytes = function("TF_TensorByteSize", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        tensorValues = function("TF_TensorData", FunctionDescriptor.of(ADDRESS, ADDRESS));
        stringInit = function("TF_StringInit", FREE);
        stringCopy =
                function("TF_StringCopy", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG));
        stringStart = function("TF_StringGetDataPointer", FunctionDescriptor.of(ADDRESS, ADDRESS));
        stringSize = function("TF_StringGetSize", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        stringFree = function("TF_StringDealloc", FREE);
    }

    @SuppressWarnings("restricted")
    private MethodHandle function(String name, FunctionDescriptor type) {
        return linker.downcallHandle(symbols.findOrThrow(name), type);
    }
}
