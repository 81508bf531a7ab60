package dev.serin.xds.server;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import javax.net.ssl.SSLException;

/// Serves aggregated discovery over gRPC, delta and state of the world, on as many doors as it is
/// given. Any thread may [#push]; streams are worked on by the executor that is handed in, each by
/// one thread at a time.
public final class XdsServer implements AutoCloseable {
    private final CallerAuthenticator callers;
    private final DiscoveryStream.Surroundings around;
    private final Executor executor;
    private final Limits limits;
    private final PushQueue<DiscoveryStream> queue;
    private final Set<DiscoveryStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final List<Server> doors = new ArrayList<>();

    /// @param executor runs authentication and all work for the streams; the caller closes it after
    ///   the server
    public XdsServer(
            DiscoverySource source,
            CallerAuthenticator callers,
            DiscoveryObserver observer,
            Executor executor,
            Ticker ticker,
            Timers timers,
            Limits limits) {
        this.callers = callers;
        this.executor = executor;
        this.limits = limits;
        this.queue = new PushQueue<>(executor, DiscoveryStream::run);
        this.around =
                new DiscoveryStream.Surroundings(
                        source,
                        observer,
                        queue,
                        ticker,
                        timers,
                        limits.patience(),
                        streams::remove);
    }

    /// Starts to listen.
    ///
    /// @param beside other services of the same port
    /// @return the bound address
    /// @throws ProblemException if the address is taken
    public synchronized SocketAddress listen(Transport transport, List<BindableService> beside) {
        var builder =
                NettyServerBuilder.forAddress(transport.address())
                        .bossEventLoopGroup(transport.loops())
                        .workerEventLoopGroup(transport.loops())
                        .channelFactory(transport.channels())
                        .executor(executor)
                        .maxInboundMessageSize(limits.maxMessageBytes())
                        .keepAliveTime(limits.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(10, TimeUnit.SECONDS)
                        .permitKeepAliveTime(5, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .intercept(new Authentication(callers, around.observer()))
                        .addService(new Service());
        beside.forEach(builder::addService);
        if (limits.maxConnectionAge() != null) {
            builder.maxConnectionAge(limits.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
                    .maxConnectionAgeGrace(10, TimeUnit.SECONDS);
        }
        if (transport.tls() != null) {
            builder.sslContext(context(transport.tls()));
        }
        try {
            var door = builder.build().start();
            doors.add(door);
            return door.getListenSockets().getFirst();
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            "discovery port " + transport.address(),
                            String.valueOf(e.getMessage()),
                            "a free port",
                            "see with `ss -tlnp` who has it"),
                    e);
        }
    }

    /// Brings every stream up to what its client now has.
    public void push(Push push) {
        streams.forEach(stream -> queue.put(stream, push));
    }

    /// Streams that are open, and proxies that wait for a push.
    public Load load() {
        return new Load(streams.size(), queue.size());
    }

    /// Ends every stream and stops to listen; waits at most a few seconds.
    @Override
    public synchronized void close() {
        doors.forEach(Server::shutdownNow);
        for (var door : doors) {
            try {
                door.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        doors.clear();
        for (var stream : streams) {
            stream.end(false);
            queue.put(stream, Push.NOTHING);
        }
    }

    private static SslContext context(Transport.Tls tls) {
        try {
            var builder =
                    GrpcSslContexts.configure(
                            SslContextBuilder.forServer(tls.keys()), SslProvider.JDK);
            if (tls.callers() != null) {
                builder.trustManager(tls.callers()).clientAuth(ClientAuth.OPTIONAL);
            }
            return builder.build();
        } catch (SSLException e) {
            throw new ProblemException(
                    Problem.of(
                            "TLS of the discovery port", e.toString(), "check the server's keys"),
                    e);
        }
    }

    private <Q, R> StreamObserver<Q> accept(
            StreamObserver<R> responses,
            Function<ServerCallStreamObserver<R>, Wire> form,
            Function<Q, Ask> read) {
        var call = (ServerCallStreamObserver<R>) responses;
        var caller = Authentication.CALLER.get();
        var stream =
                new DiscoveryStream(
                        call,
                        form.apply(call),
                        caller == null ? Caller.ANYONE : caller,
                        numbers.incrementAndGet(),
                        around);
        streams.add(stream);
        call.disableAutoRequest();
        call.setOnReadyHandler(() -> queue.put(stream, Push.NOTHING));
        call.setOnCancelHandler(() -> end(stream, false));
        call.request(1);
        return new StreamObserver<>() {
            @Override
            public void onNext(Q request) {
                stream.offer(read.apply(request));
                queue.put(stream, Push.NOTHING);
            }

            @Override
            public void onError(Throwable cause) {
                end(stream, false);
            }

            @Override
            public void onCompleted() {
                end(stream, true);
            }
        };
    }

    private void end(DiscoveryStream stream, boolean completed) {
        stream.end(completed);
        queue.put(stream, Push.NOTHING);
    }

    /// How much there is to do.
    public record Load(int streams, int waiting) {}

    private final class Service
            extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            return accept(responses, Wire.Delta::new, Ask::of);
        }

        @Override
        public StreamObserver<DiscoveryRequest> streamAggregatedResources(
                StreamObserver<DiscoveryResponse> responses) {
            return accept(responses, Wire.StateOfTheWorld::new, Ask::of);
        }
    }
}
