import java.util.ArrayList;
import java.util.List;

/// One line of the table: what is asked, how, of proxies configured how.
///
/// @param body octets of an answer's body; with gRPC of the question's, too
/// @param streams requests at once on a connection
record Row(String name, Set set, Asked asked, int body, int connections, int streams) {
    /// What a load asks for.
    enum Asked {
        HTTP1,
        HTTP2,
        GRPC
    }

    /// How the proxies are configured, with what our CPU a request may be of Envoy's.
    enum Set {
        HTTP1("bare HTTP/1.1", false, false, false, 0, 0.50, 0.30),
        HTTP2("bare HTTP/2", true, false, false, 0, 0.60, 0.40),
        TCP("TCP", false, false, false, 0, 1.2, 1.0),
        MTLS("mTLS in, HTTP/1.1 out", false, true, false, 0, 0.80, 0.60),
        MTLS_HTTP2("mTLS in, HTTP/2 on both sides", true, true, false, 0, 0.80, 0.60),
        FULL("full sidecar, HTTP/1.1", false, false, true, 0, 0.70, 0.50),
        FULL_HTTP2("full sidecar, HTTP/2", true, false, true, 0, 0.70, 0.50),
        FULL_MTLS("full sidecar, mTLS in", false, true, true, 0, 0.70, 0.50),
        MANY("full sidecar, 200 services", false, false, true, 200, 0.70, 0.50);

        final String title;
        final boolean h2;
        final boolean tls;
        final boolean full;
        final int services;
        final double must;
        final double aim;

        Set(String title, boolean h2, boolean tls, boolean full, int services, double must, double aim) {
            this.title = title;
            this.h2 = h2;
            this.tls = tls;
            this.full = full;
            this.services = services;
            this.must = must;
            this.aim = aim;
        }

        boolean tcp() {
            return this == TCP;
        }
    }

    private static final int KB = 1024;

    static List<Row> all() {
        var rows = new ArrayList<Row>();
        rows.add(new Row("http1-0-64", Set.HTTP1, Asked.HTTP1, 0, 64, 1));
        rows.add(new Row("http1-1k-1", Set.HTTP1, Asked.HTTP1, KB, 1, 1));
        rows.add(new Row("http1-1k-64", Set.HTTP1, Asked.HTTP1, KB, 64, 1));
        rows.add(new Row("http1-1k-512", Set.HTTP1, Asked.HTTP1, KB, 512, 1));
        rows.add(new Row("http1-64k-64", Set.HTTP1, Asked.HTTP1, 64 * KB, 64, 1));
        rows.add(new Row("h2-0-64", Set.HTTP2, Asked.HTTP2, 0, 64, 10));
        rows.add(new Row("h2-1k-1", Set.HTTP2, Asked.HTTP2, KB, 1, 100));
        rows.add(new Row("h2-1k-64", Set.HTTP2, Asked.HTTP2, KB, 64, 10));
        rows.add(new Row("h2-1k-512", Set.HTTP2, Asked.HTTP2, KB, 512, 1));
        rows.add(new Row("h2-64k-64", Set.HTTP2, Asked.HTTP2, 64 * KB, 64, 2));
        rows.add(new Row("grpc-0-64", Set.HTTP2, Asked.GRPC, 0, 64, 10));
        rows.add(new Row("grpc-1k-1", Set.HTTP2, Asked.GRPC, KB, 1, 100));
        rows.add(new Row("grpc-1k-64", Set.HTTP2, Asked.GRPC, KB, 64, 10));
        rows.add(new Row("grpc-64k-64", Set.HTTP2, Asked.GRPC, 64 * KB, 64, 2));
        rows.add(new Row("tcp-1k-1", Set.TCP, Asked.HTTP1, KB, 1, 1));
        rows.add(new Row("tcp-1k-64", Set.TCP, Asked.HTTP1, KB, 64, 1));
        rows.add(new Row("tcp-1k-512", Set.TCP, Asked.HTTP1, KB, 512, 1));
        rows.add(new Row("tcp-64k-64", Set.TCP, Asked.HTTP1, 64 * KB, 64, 1));
        rows.add(new Row("mtls-0-64", Set.MTLS, Asked.HTTP1, 0, 64, 1));
        rows.add(new Row("mtls-1k-64", Set.MTLS, Asked.HTTP1, KB, 64, 1));
        rows.add(new Row("mtls-64k-64", Set.MTLS, Asked.HTTP1, 64 * KB, 64, 1));
        rows.add(new Row("mtls-h2-1k-64", Set.MTLS_HTTP2, Asked.HTTP2, KB, 64, 10));
        rows.add(new Row("full-1k-64", Set.FULL, Asked.HTTP1, KB, 64, 1));
        rows.add(new Row("full-h2-1k-64", Set.FULL_HTTP2, Asked.HTTP2, KB, 64, 10));
        rows.add(new Row("full-mtls-1k-64", Set.FULL_MTLS, Asked.HTTP1, KB, 64, 1));
        rows.add(new Row("services-1k-512", Set.MANY, Asked.HTTP1, KB, 512, 1));
        return rows;
    }

    /// The same by 64 connections at least: what a virtual machine is warmed by, which compiles what is used much.
    Row wide() {
        return new Row(name, set, asked, body, Math.max(64, connections), streams);
    }

    /// What our CPU a request must not exceed, as a share of Envoy's. Bulk over TLS is BoringSSL's work on both sides.
    double must() {
        return bulkTls() ? 1.2 : set.must;
    }

    /// What it should not exceed.
    double aim() {
        return bulkTls() ? 1.0 : set.aim;
    }

    private boolean bulkTls() {
        return set.tls && body >= 64 * KB;
    }

    /// The path that the backend answers with a body of this size.
    String path() {
        var size = body == 0 ? "0" : body / KB + "k";
        return (asked == Asked.GRPC ? "/grpc/" : "/") + size;
    }
}
