/// What nginx and HAProxy are told, and nginx as the backend.
///
/// @param folder where their files are
record OtherConfig(Row.Set set, Ports ports, String folder) {
    private static final String NGINX =
            """
            %s
            daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 20000;
            pid %2$s/%3$s.pid; error_log %2$s/%3$s.error crit;
            events { worker_connections 8192; }
            """;

    /// The backend: files of fixed sizes, over HTTP/1.1 and HTTP/2; as gRPC messages with their trailer, too.
    String backend() {
        return NGINX.formatted("", folder, "backend")
                + """
                http {
                  access_log off; sendfile on; tcp_nodelay on; open_file_cache max=100 inactive=1h;
                  keepalive_requests 1000000000; keepalive_timeout 1h; http2_max_concurrent_streams 1024;
                  client_body_temp_path %3$s/body; client_body_buffer_size 128k; client_max_body_size 0;
                  server {
                    listen 127.0.0.1:%1$d backlog=4096; listen 127.0.0.1:%2$d http2 backlog=4096;
                    root %3$s/files; default_type application/octet-stream;
                    location / { }
                    location /grpc/ { default_type application/grpc; add_trailer grpc-status 0; error_page 405 =200 $uri; }
                    location = /spans { return 202; }
                  }
                }
                """
                        .formatted(ports.backend(false), ports.backend(true), folder);
    }

    /// @param modules the folder of nginx's loadable modules
    String nginx(String modules) {
        var head = NGINX.formatted(
                set.tcp() ? "load_module " + modules + "/ngx_stream_module.so;" : "", folder, "nginx");
        if (set.tcp()) {
            return head
                    + """
                    stream {
                      server { listen 127.0.0.1:%d backlog=4096; proxy_pass 127.0.0.1:%d; tcp_nodelay on; }
                    }
                    """
                            .formatted(ports.of("nginx"), ports.backend(false));
        }
        var tls =
                """
                ssl_certificate %1$s/server.pem; ssl_certificate_key %1$s/server.key; ssl_verify_client on; ssl_client_certificate %1$s/ca.pem;
                """
                        .formatted(folder);
        return head
                + """
                http {
                  log_format sidecar '[$time_iso8601] "$request" $status "$upstream_status" $bytes_sent $request_length $request_time '
                    '$upstream_response_time "$http_x_forwarded_for" "$http_user_agent" "$request_id" "$http_host" "$upstream_addr" $server_addr $remote_addr';
                  access_log %1$s; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 1h;
                  proxy_max_temp_file_size 0; proxy_temp_path %2$s/proxy; client_body_temp_path %2$s/proxy-body; client_body_buffer_size 128k; client_max_body_size 0;
                  upstream backend { server 127.0.0.1:%3$d; keepalive 1024; keepalive_requests 1000000000; }
                  upstream backend-h2 { server 127.0.0.1:%4$d; keepalive 1024; keepalive_requests 1000000000; }
                  server {
                    listen 127.0.0.1:%5$d%6$s%7$s backlog=4096;
                    %8$s
                    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; %9$s }
                    location /grpc/ { grpc_pass grpc://backend-h2; }
                  }
                }
                """
                        .formatted(
                                set.full ? "/dev/stdout sidecar" : "off",
                                folder,
                                ports.backend(false),
                                ports.backend(true),
                                ports.of("nginx"),
                                set.tls ? " ssl" : "",
                                set.h2 ? " http2" : "",
                                set.tls ? tls : "",
                                set.full ? "proxy_set_header X-Request-ID $request_id;" : "");
    }

    String haproxy() {
        return """
        global
          nbthread 1
          maxconn 8192
          tune.h2.max-concurrent-streams 1024
          %1$s
        defaults
          mode %2$s
          timeout connect 5s
          timeout client 1h
          timeout server 1h
          %3$s
        frontend main
          bind 127.0.0.1:%4$d%5$s backlog 4096
          default_backend backend
        backend backend
          %6$s
          server one 127.0.0.1:%7$d%8$s
        """
                .formatted(
                        set.full ? "log stdout format raw local0" : "",
                        set.tcp() ? "tcp" : "http",
                        set.full ? "log global\n  option httplog\n  unique-id-format %{+X}o%ci:%cp_%Ts_%rt\n  unique-id-header X-Request-ID" : "",
                        ports.of("haproxy"),
                        bind(),
                        set.tcp() ? "" : "http-reuse always",
                        ports.backend(set.h2),
                        set.h2 ? " proto h2" : "");
    }

    private String bind() {
        if (set.tls) {
            return " ssl crt %1$s/server-both.pem ca-file %1$s/ca.pem verify required alpn h2,http/1.1".formatted(folder);
        }
        return set.h2 ? " proto h2" : "";
    }
}
