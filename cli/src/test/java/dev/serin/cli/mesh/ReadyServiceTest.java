package dev.serin.cli.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;

@ExtendWith(NothingLeft.class)
class ReadyServiceTest {
    @TempDir Path folder;

    @Test
    void aWebhookIsReachedAtItsFirstReadyPodOnThePortBehindTheServices() {
        try (var at = new ApiOnDisk(folder)) {
            var urls = new ReadyService(() -> at.client);
            assertNull(urls.url("default", "hook", 443, "/inject"), "no such service");
            at.client.create(
                    ApiOnDisk.resource(
                            "{'apiVersion':'v1','kind':'Service','metadata':{'name':'hook','namespace':'default'},"
                                + "'spec':{'ports':[{'name':'web','port':443,'targetPort':15017},{'name':'xds','port':15012}]}}"));
            assertNull(urls.url("default", "hook", 443, "/inject"), "no endpoint");
            at.client.create(
                    ApiOnDisk.resource(
                            "{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice','addressType':'IPv4',"
                                + "'metadata':{'name':'hook-1','namespace':'default','labels':{'kubernetes.io/service-name':'hook'}},"
                                + "'ports':[{'name':'xds','port':15012,'protocol':'TCP'},{'name':'web','port':15017,'protocol':'TCP'}],"
                                + "'endpoints':[{'addresses':['10.244.0.2'],'conditions':{'ready':false}},"
                                + "{'addresses':['10.244.0.3'],'conditions':{'ready':true}}]}"));
            assertEquals(
                    URI.create("https://10.244.0.3:15017/inject"),
                    urls.url("default", "hook", 443, "/inject"));
            assertNull(urls.url("default", "hook", 8443, "/inject"), "no such port");
            assertNull(urls.url("kube-system", "hook", 443, "/inject"), "another namespace");
        }
    }

    @Test
    void aPortThatTheServiceDoesNotHaveIsNotItsUnnamedOne() {
        try (var at = new ApiOnDisk(folder)) {
            at.client.create(
                    ApiOnDisk.resource(
                            "{'apiVersion':'v1','kind':'Service','metadata':{'name':'hook','namespace':'default'},'spec':{'ports':[{'port':443}]}}"));
            at.client.create(
                    ApiOnDisk.resource(
                            "{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice','addressType':'IPv4',"
                                + "'metadata':{'name':'hook-1','namespace':'default','labels':{'kubernetes.io/service-name':'hook'}},"
                                + "'ports':[{'name':'','port':9443,'protocol':'TCP'}],'endpoints':[{'addresses':['10.244.0.3']}]}"));
            var urls = new ReadyService(() -> at.client);
            assertEquals(
                    URI.create("https://10.244.0.3:9443/"), urls.url("default", "hook", 443, "/"));
            assertNull(urls.url("default", "hook", 444, "/"));
        }
    }
}
