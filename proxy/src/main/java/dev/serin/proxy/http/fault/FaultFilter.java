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

/// Delays a request, then fails it, then lets it go on, each as its share says.
final class FaultFilter implements HttpFilter {
    private final String name;
    private final Fault usual;
    private final Draw delayDraw;
    private final Draw abortDraw;
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
        if (!concerns(fault, stream, head)) {
            return Next.CONTINUE;
        }
        if (fault.delayed() != null && fault.delayed().hits(delayDraw)) {
            stream.flag(ResponseFlag.DELAY_INJECTED.bit());
            delay =
                    stream.after(
                            fault.delayMillis(),
                            () -> {
                                if (!abort(fault, stream)) {
                                    stream.resumeRequest();
                                }
                            });
            return Next.PAUSE;
        }
        return abort(fault, stream) ? Next.PAUSE : Next.CONTINUE;
    }

    private static boolean concerns(Fault fault, StreamContext stream, RequestHead head) {
        if (!fault.cluster().isEmpty() && !fault.cluster().equals(stream.clusterName())) {
            return false;
        }
        for (var header : fault.headers()) {
            if (!header.test(head)) {
                return false;
            }
        }
        return true;
    }

    private boolean abort(Fault fault, StreamContext stream) {
        if (fault.aborted() == null || !fault.aborted().hits(abortDraw)) {
            return false;
        }
        stream.reply(
                new LocalReply(
                        fault.status(),
                        ResponseFlag.FAULT_INJECTED.bit(),
                        "fault_filter_abort",
                        "fault filter abort"));
        return true;
    }

    @Override
    public void ended(StreamContext stream, StreamEnd end) {
        if (delay != null) {
            delay.cancel();
        }
    }
}
