package dev.serin.local.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;

@ExtendWith(NothingLeft.class)
class EndpointTest {
    private final World world = new World(3);

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void readyPodsByNumberAndByNameOfTheirPort() {
        service(
                "'ports':[{'name':'http','port':80,'targetPort':'rest'},{'name':'grpc','port':8500}]");
        world.api.create(World.deployment("web", 2, ""));
        world.settle();
        var slice = EndpointSlice.from(slices().getFirst());
        assertEquals(1, slices().size());
        assertEquals("web", slice.service());
        assertEquals(
                List.of("http 8501 TCP", "grpc 8500 TCP"),
                slice.ports().stream()
                        .map(p -> p.name() + " " + p.port() + " " + p.protocol())
                        .toList());
        assertEquals(2, slice.endpoints().size());
        assertTrue(slice.endpoints().stream().allMatch(EndpointSlice.Endpoint::ready));
        assertEquals("serin", slice.endpoints().getFirst().node());
    }

    @Test
    void anEndingPodServesButIsNotReady() {
        service("'ports':[{'port':8501}]");
        world.api.create(World.deployment("web", 2, ""));
        world.settle();
        var name = slices().getFirst().name();
        world.api.delete(world.pods().getFirst().key(), null);
        world.quiet();
        var ending =
                EndpointSlice.from(slices().getFirst()).endpoints().stream()
                        .filter(EndpointSlice.Endpoint::terminating)
                        .toList();
        assertEquals(1, ending.size());
        assertEquals(false, ending.getFirst().ready());
        assertEquals(true, ending.getFirst().serving());
        world.edit("web", s -> s.put("replicas", 0));
        world.settle();
        assertEquals(List.of(), EndpointSlice.from(slices().getFirst()).endpoints());
        assertEquals(name, slices().getFirst().name(), "the slice stays the same");
    }

    @Test
    void aPodThatIsNotReadyIsPublishedWhereTheServiceAsksForIt() {
        service("'publishNotReadyAddresses':true,'clusterIP':'None','ports':[{'port':8501}]");
        world.api.create(World.deployment("web", 1, ""));
        world.quiet();
        world.ready(world.pods().getFirst().key(), false);
        world.quiet();
        var endpoint = EndpointSlice.from(slices().getFirst()).endpoints().getFirst();
        assertEquals(true, endpoint.ready());
        assertEquals(false, endpoint.serving());
        assertEquals("", slices().getFirst().labels().get("service.kubernetes.io/headless"));
    }

    @Test
    void aNamedPortThatDiffersGivesASliceEach() {
        service("'ports':[{'port':80,'targetPort':'rest'}]");
        for (var port : List.of(1000, 2000)) {
            world.api.create(
                    MemoryApi.resource(
                            Kinds.POD,
                            """
                            {'metadata':{'name':'p%d','labels':{'app':'web'}},'spec':{'containers':[
                             {'name':'c','ports':[{'name':'rest','containerPort':%d}]}]}}
                            """
                                    .formatted(port, port)));
        }
        world.settle();
        assertEquals(
                List.of(1000, 2000),
                slices().stream()
                        .map(s -> EndpointSlice.from(s).ports().getFirst().port())
                        .sorted()
                        .toList());
        world.api.delete(Kinds.key(Kinds.POD, "default", "p1000"), 0);
        world.settle();
        assertEquals(1, slices().size());
    }

    @Test
    void aPodThatLosesItsLabelIsLetGo() {
        service("'ports':[{'port':80}]");
        world.api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        "{'metadata':{'name':'p','labels':{'app':'web'}},'spec':{'containers':[]}}"));
        world.settle();
        assertEquals(1, EndpointSlice.from(slices().getFirst()).endpoints().size());
        var body = world.pods().getFirst().body().deepCopy();
        body.withObject("/metadata/labels").put("app", "other");
        world.api.update(new Resource(Kinds.POD, body));
        world.quiet();
        assertEquals(List.of(), EndpointSlice.from(slices().getFirst()).endpoints());
    }

    @Test
    void aSliceThatWasDeletedComesBack() {
        service("'ports':[{'port':80}]");
        world.quiet();
        world.api.delete(slices().getFirst().key(), null);
        world.quiet();
        assertEquals(1, slices().size());
    }

    @Test
    void nodePortsAreDifferentNumbers() {
        for (var name : List.of("a", "b", "c")) {
            world.api.create(
                    MemoryApi.resource(
                            Kinds.SERVICE,
                            """
                            {'metadata':{'name':'%s'},'spec':{'type':'NodePort',
                             'ports':[{'name':'x','port':1},{'name':'y','port':2}]}}
                            """
                                    .formatted(name)));
        }
        world.quiet();
        var numbers =
                world.api.list(Kinds.SERVICE, null, Map.of()).stream()
                        .flatMap(s -> s.spec().path("ports").valueStream())
                        .map(p -> p.path("nodePort").asInt(0))
                        .distinct()
                        .toList();
        assertEquals(6, numbers.size());
        assertTrue(numbers.stream().allMatch(n -> n >= 30000 && n <= 32767), "" + numbers);
    }

    private void service(String spec) {
        world.api.create(
                MemoryApi.resource(
                        Kinds.SERVICE,
                        "{'metadata':{'name':'web'},'spec':{'selector':{'app':'web'},%s}}"
                                .formatted(spec)));
    }

    private List<Resource> slices() {
        return world.api.list(Kinds.ENDPOINT_SLICE, null, Map.of());
    }
}
