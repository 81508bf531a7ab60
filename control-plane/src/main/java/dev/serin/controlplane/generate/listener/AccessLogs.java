package dev.serin.controlplane.generate.listener;

import dev.serin.controlplane.generate.Protos;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;

import org.jspecify.annotations.Nullable;

/// One line a request in Istio's text format.
final class AccessLogs {
    private static final String FORMAT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
                    + " %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%"
                    + " %CONNECTION_TERMINATION_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\""
                    + " %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
                    + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
                    + " \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS%"
                    + " %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS%"
                    + " %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    private AccessLogs() {}

    /// @param path empty for none
    static @Nullable AccessLog to(String path) {
        if (path.isEmpty()) {
            return null;
        }
        var file =
                FileAccessLog.newBuilder()
                        .setPath(path)
                        .setLogFormat(
                                SubstitutionFormatString.newBuilder()
                                        .setTextFormatSource(
                                                DataSource.newBuilder().setInlineString(FORMAT)));
        return AccessLog.newBuilder()
                .setName("envoy.access_loggers.file")
                .setTypedConfig(Protos.any(file.build()))
                .build();
    }
}
