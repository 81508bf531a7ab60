package dev.serin.modelserver;

import java.util.List;

/// One flag of the command line, with TensorFlow Serving's name and default.
///
/// @param effect what it does here
record Flag(String name, Kind kind, String byDefault, Effect effect) {
    /// What a value must look like.
    enum Kind {
        BOOLEAN,
        INTEGER,
        DECIMAL,
        TEXT
    }

    /// Whether the flag means something here.
    enum Effect {
        HONOURED,
        NOT_YET,
        /// It tunes a part that we do not have.
        NONE
    }

    /// All of TensorFlow Serving's flags, and none else.
    static final List<Flag> ALL =
            List.of(
                    integer("port", "8500", Effect.NOT_YET),
                    text("grpc_socket_path", Effect.NOT_YET),
                    integer("rest_api_port", "8501", Effect.HONOURED),
                    integer("rest_api_num_threads", "0", Effect.HONOURED),
                    integer("rest_api_timeout_in_ms", "30000", Effect.NOT_YET),
                    bool("rest_api_enable_cors_support", "false", Effect.NOT_YET),
                    bool("enable_batching", "false", Effect.NOT_YET),
                    bool("allow_version_labels_for_unavailable_models", "false", Effect.NOT_YET),
                    text("batching_parameters_file", Effect.NOT_YET),
                    bool("enable_per_model_batching_parameters", "false", Effect.NOT_YET),
                    text("model_config_file", Effect.HONOURED),
                    integer("model_config_file_poll_wait_seconds", "0", Effect.NOT_YET),
                    text("model_name", Effect.HONOURED),
                    text("model_base_path", Effect.HONOURED),
                    integer("num_load_threads", "0", Effect.HONOURED),
                    integer("num_unload_threads", "0", Effect.NONE),
                    integer("max_num_load_retries", "5", Effect.HONOURED),
                    integer("load_retry_interval_micros", "60000000", Effect.HONOURED),
                    integer("file_system_poll_wait_seconds", "1", Effect.HONOURED),
                    bool("flush_filesystem_caches", "true", Effect.NONE),
                    integer("tensorflow_session_parallelism", "0", Effect.HONOURED),
                    text("tensorflow_session_config_file", Effect.NOT_YET),
                    integer("tensorflow_intra_op_parallelism", "0", Effect.HONOURED),
                    integer("tensorflow_inter_op_parallelism", "0", Effect.HONOURED),
                    bool("use_alts_credentials", "false", Effect.NONE),
                    text("ssl_config_file", Effect.NOT_YET),
                    text("platform_config_file", Effect.NONE),
                    new Flag("per_process_gpu_memory_fraction", Kind.DECIMAL, "0", Effect.NONE),
                    new Flag("saved_model_tags", Kind.TEXT, "serve", Effect.HONOURED),
                    text("grpc_channel_arguments", Effect.NOT_YET),
                    integer("grpc_max_threads", "0", Effect.NOT_YET),
                    bool("enable_model_warmup", "true", Effect.HONOURED),
                    integer("num_request_iterations_for_warmup", "0", Effect.NOT_YET),
                    bool("version", "false", Effect.HONOURED),
                    text("monitoring_config_file", Effect.NOT_YET),
                    bool("remove_unused_fields_from_bundle_metagraph", "true", Effect.NONE),
                    bool("prefer_tflite_model", "false", Effect.NONE),
                    integer("num_tflite_pools", "0", Effect.NONE),
                    integer("num_tflite_interpreters_per_pool", "1", Effect.NONE),
                    bool("enable_signature_method_name_check", "false", Effect.NOT_YET),
                    bool("xla_cpu_compilation_enabled", "false", Effect.NONE),
                    bool("xla_gpu_compilation_enabled", "false", Effect.NONE),
                    bool("enable_profiler", "true", Effect.NONE),
                    text("thread_pool_factory_config_file", Effect.NONE),
                    text("mixed_precision", Effect.NONE),
                    bool("skip_initialize_tpu", "false", Effect.NONE),
                    bool("enable_grpc_healthcheck_service", "false", Effect.NOT_YET),
                    bool("enable_serialization_as_tensor_content", "false", Effect.NOT_YET));

    private static Flag text(String name, Effect effect) {
        return new Flag(name, Kind.TEXT, "", effect);
    }

    private static Flag bool(String name, String byDefault, Effect effect) {
        return new Flag(name, Kind.BOOLEAN, byDefault, effect);
    }

    private static Flag integer(String name, String byDefault, Effect effect) {
        return new Flag(name, Kind.INTEGER, byDefault, effect);
    }
}
