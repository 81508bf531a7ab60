"""grpcio against serin.Echo behind the proxy: echo.py PORT TLS_PORT CA_FILE. Says what failed; ends with 1 if anything did."""

import concurrent.futures
import sys
import traceback

import grpc

BOUND = 20
OPTIONS = [("grpc.max_receive_message_length", 16 << 20), ("grpc.max_send_message_length", 16 << 20)]


def check(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("no error")


class Cases:
    def __init__(self, channel):
        self.unary = channel.unary_unary("/serin.Echo/Unary")
        self.server = channel.unary_stream("/serin.Echo/Server")
        self.client = channel.stream_unary("/serin.Echo/Client")
        self.both = channel.stream_stream("/serin.Echo/Both")
        self.never = channel.unary_unary("/serin.Echo/Never")
        self.unknown = channel.unary_unary("/serin.Echo/Unknown")

    def unary_call(self):
        check(self.unary(b"hello", timeout=BOUND), b"hello")
        check(self.unary(b"", timeout=BOUND), b"")

    def large_messages(self):
        large = bytes(5_000_000)
        check(len(self.unary(large, timeout=BOUND)), len(large))

    def compressed(self):
        answer = self.unary(bytes(100_000), timeout=BOUND, compression=grpc.Compression.Gzip)
        check(len(answer), 100_000)

    def server_streams(self):
        check(sum(len(m) for m in self.server(b"2000 100", timeout=BOUND)), 200_000)

    def client_streams(self):
        check(self.client((bytes(1000) for _ in range(300)), timeout=BOUND), b"300000")

    def both_stream(self):
        answers = self.both((b"message %d" % i for i in range(300)), timeout=BOUND)
        check(list(answers), [b"message %d" % i for i in range(300)])

    def error_after_messages(self):
        answers = self.both(iter([b"one", b"abort"]), timeout=BOUND)
        check(next(answers), b"one")
        check(failure(lambda: next(answers)).code(), grpc.StatusCode.ABORTED)

    def trailers_only(self):
        error = failure(lambda: self.unary(b"status:5", timeout=BOUND))
        check(error.code(), grpc.StatusCode.NOT_FOUND)
        check(error.details(), "as asked: 100% \u00e4")
        trailers = dict(error.trailing_metadata())
        check(trailers["x-say"], "why")
        check(trailers["x-octets-bin"], b"\x00\x01\xff")

    def unknown_method(self):
        check(failure(lambda: self.unknown(b"", timeout=BOUND)).code(), grpc.StatusCode.UNIMPLEMENTED)

    def deadline(self):
        check(failure(lambda: self.never(b"", timeout=0.3)).code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def cancellation(self):
        call = self.never.future(b"", timeout=BOUND)
        self.unary(b"after it", timeout=BOUND)
        call.cancel()
        check(call.cancelled(), True)

    def many_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(20) as threads:
            requests = [b"call %d" % i for i in range(200)]
            check(list(threads.map(lambda r: self.unary(r, timeout=BOUND), requests)), requests)


def main(port, tls_port, authority):
    with open(authority, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    name = ("grpc.ssl_target_name_override", "server.example")
    channels = {
        "plain": grpc.insecure_channel(f"127.0.0.1:{port}", OPTIONS),
        "tls": grpc.secure_channel(f"127.0.0.1:{tls_port}", credentials, [*OPTIONS, name]),
    }
    failed = False
    for kind, channel in channels.items():
        cases = Cases(channel)
        for case in [n for n in vars(Cases) if not n.startswith("_")]:
            try:
                getattr(cases, case)()
                print(f"{kind} {case}: well")
            except Exception:
                failed = True
                print(f"{kind} {case}: FAILED\n{traceback.format_exc()}")
        channel.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
