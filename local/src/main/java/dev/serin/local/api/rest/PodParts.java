package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.local.api.PodLogs;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.stream.Execution;
import dev.serin.local.api.stream.Forwarding;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;

/// What a running pod is asked for: its log, a command in it, its ports.
final class PodParts {
    private final Store store;
    private final PodLogs logs;
    private final PodStreams streams;

    PodParts(Store store, PodLogs logs, PodStreams streams) {
        this.store = store;
        this.logs = logs;
        this.streams = streams;
    }

    void answer(Call call) throws IOException, InterruptedException {
        var pod = RestApi.require(store.get(call.key()), call.key());
        switch (call.target().subresource()) {
            case "log" -> log(call, pod);
            case "exec" -> exec(call, pod);
            case "attach" -> attach(call, pod);
            default -> {
                requireHost(pod);
                requireUpgrade(call);
                new Forwarding(port -> streams.connect(pod.namespace(), pod.name(), port))
                        .run(call.exchange());
            }
        }
    }

    private void exec(Call call, Resource pod) throws IOException, InterruptedException {
        var request = call.request();
        var command = request.parameters("command");
        var container = container(pod, request.parameter("container"));
        if (command.isEmpty()) {
            throw Refusal.badRequest("you must specify at least 1 command for the container");
        }
        requireHost(pod);
        requireUpgrade(call);
        var session =
                streams.exec(
                        pod.namespace(),
                        pod.name(),
                        container,
                        new PodStreams.Wanted(command, request.isTrue("tty")));
        new Execution(call.exchange()).run(session);
    }

    /// What the container prints from now on: it has no input, for nobody is there who could have
    /// opened it when it was started.
    private void attach(Call call, Resource pod) throws IOException, InterruptedException {
        var container = container(pod, call.request().parameter("container"));
        requireHost(pod);
        requireUpgrade(call);
        new Execution(call.exchange())
                .show(out ->
                        logs.stream(
                                pod.namespace(),
                                pod.name(),
                                container,
                                new PodLogs.Wanted(true, 0, false, null, false, null),
                                out));
    }

    private static void requireHost(Resource pod) {
        if (pod.spec().path("nodeName").asString("").isEmpty()) {
            throw Refusal.badRequest("pod " + pod.name() + " does not have a host assigned");
        }
    }

    private static void requireUpgrade(Call call) {
        if (!Execution.isUpgrade(call.exchange())) {
            throw Refusal.badRequest("Upgrade request required");
        }
    }

    private void log(Call call, Resource pod) throws IOException, InterruptedException {
        var request = call.request();
        var wanted =
                new PodLogs.Wanted(
                        request.isTrue("follow"),
                        number(request.parameter("tailLines")),
                        request.isTrue("previous"),
                        number(request.parameter("sinceSeconds")),
                        request.isTrue("timestamps"),
                        request.parameter("limitBytes").isEmpty()
                                ? null
                                : Long.valueOf(request.parameter("limitBytes")));
        var container = container(pod, request.parameter("container"));
        var out = new LogStream(call.exchange(), wanted.limitBytes());
        if (pod.spec().path("nodeName").asString("").isEmpty()) {
            // Nothing can have printed anything yet.
            out.flush();
            call.exchange().end();
            return;
        }
        logs.stream(pod.namespace(), pod.name(), container, wanted, out);
        out.flush();
        call.exchange().end();
    }

    private static String container(Resource pod, String asked) {
        var names = new ArrayList<String>();
        for (var list : Arrays.asList("containers", "initContainers", "ephemeralContainers")) {
            for (var container : pod.spec().path(list)) {
                names.add(container.path("name").asString(""));
            }
        }
        if (asked.isEmpty() && pod.spec().path("containers").size() > 1) {
            throw Refusal.badRequest(
                    "a container name must be specified for pod "
                            + pod.name()
                            + ", choose one of: ["
                            + String.join(" ", names)
                            + "]");
        }
        if (!asked.isEmpty() && !names.contains(asked)) {
            throw Refusal.badRequest("container " + asked + " is not valid for pod " + pod.name());
        }
        return asked.isEmpty() ? names.getFirst() : asked;
    }

    private static @Nullable Integer number(String text) {
        try {
            return text.isEmpty() ? null : Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw Refusal.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }
}
