package dev.serin.proxy.http.fault;

import dev.serin.base.chance.Draw;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;

import org.jspecify.annotations.Nullable;

/// Delays a request, then fails it, then lets it go on, each as its share says. As Envoy's fault
/// filter.
final class FaultFilter implements HttpFilter {
    private final String name;
    private final Fault usual;
    private final Draw delayDraw;
    private final Draw abortDraw;
    private @Nullable Fault active;
    private Timers.@Nullable Timer delay;

    FaultFilter(String name, Fault usual, Draw delayDraw, Draw abortDraw) {
        this.name = name;
        this.usual = usual;
        this.delayDraw = delayDraw;
        this.abortDraw = abortDraw;
    }

    @Override
    public Next request(StreamContext stream, RequestHead head, boolean end) {
        var fault = stream.perRoute(name) instanceof Fault own ? own : usual;
        if (!fault.concerns(stream.clusterName(), head)) {
            return Next.CONTINUE;
        }
        var delayed = fault.delay();
        var millis =
                delayed != null && delayed.share(head).hits(delayDraw) ? delayed.millis(head) : 0;
        if (millis > 0 && begin(fault, stream)) {
            stream.flag(ResponseFlag.DELAY_INJECTED.bit());
            stream.count("fault.delays_injected");
            delay =
                    stream.after(
                            millis,
                            () -> {
                                if (!abort(fault, stream, head)) {
                                    end();
                                    stream.resumeRequest();
                                }
                            });
            return Next.PAUSE;
        }
        return abort(fault, stream, head) ? Next.PAUSE : Next.CONTINUE;
    }

    /// False if there are too many faults already.
    private boolean begin(Fault fault, StreamContext stream) {
        if (active != null) {
            return true;
        }
        if (fault.active().incrementAndGet() > fault.most()) {
            fault.active().decrementAndGet();
            stream.count("fault.faults_overflow");
            return false;
        }
        active = fault;
        return true;
    }

    private void end() {
        if (active != null) {
            active.active().decrementAndGet();
            active = null;
        }
    }

    private boolean abort(Fault fault, StreamContext stream, RequestHead head) {
        var configured = fault.abort();
        if (configured == null || !configured.share(head).hits(abortDraw)) {
            return false;
        }
        var abort = configured.of(head);
        if (abort == null || !begin(fault, stream)) {
            return false;
        }
        stream.count("fault.aborts_injected");
        stream.reply(
                new LocalReply(
                        abort.status(),
                        ResponseFlag.FAULT_INJECTED.bit(),
                        "fault_filter_abort",
                        "fault filter abort",
                        null,
                        abort.grpcStatus()));
        return true;
    }

    @Override
    public void ended(StreamContext stream, StreamEnd end) {
        end();
        if (delay != null) {
            delay.cancel();
        }
    }
}
