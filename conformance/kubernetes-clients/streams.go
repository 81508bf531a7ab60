package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
)

// streams asks a running pod for commands, its ports and its log, each in both of the ways that client-go knows.
func (a *api) streams(ctx context.Context, pod, container, port string) {
	for _, way := range []string{"websocket", "spdy"} {
		fmt.Println("#", way)
		a.command(ctx, way, pod, container, "words on the way\n", "sh", "-c", "cat; echo and errors >&2; exit 3")
		a.command(ctx, way, pod, container, "", "sh", "-c", "head -c 1000000 /dev/zero | wc -c")
		a.forward(ctx, way, pod, port)
	}
	fmt.Println("# log")
	tail := int64(1)
	log, err := a.client.CoreV1().Pods(a.namespace).GetLogs(pod, &corev1.PodLogOptions{Container: container, TailLines: &tail}).DoRaw(ctx)
	must(err)
	fmt.Println(strings.Count(string(log), "\n"), "line")
}

func (a *api) command(ctx context.Context, way, pod, container, in string, command ...string) {
	request := a.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(a.namespace).Name(pod).
		SubResource("exec").VersionedParams(&corev1.PodExecOptions{Container: container, Command: command,
		Stdin: in != "", Stdout: true, Stderr: true}, scheme.ParameterCodec)
	var executor remotecommand.Executor
	var err error
	if way == "spdy" {
		executor, err = remotecommand.NewSPDYExecutor(a.config, "POST", request.URL())
	} else {
		executor, err = remotecommand.NewWebSocketExecutor(a.config, "GET", request.URL().String())
	}
	must(err)
	var out, errs bytes.Buffer
	options := remotecommand.StreamOptions{Stdout: &out, Stderr: &errs}
	if in != "" {
		options.Stdin = strings.NewReader(in)
	}
	err = executor.StreamWithContext(ctx, options)
	var code exec.CodeExitError
	switch {
	case err == nil:
		fmt.Println("0")
	case errors.As(err, &code):
		fmt.Println(code.Code)
	default:
		must(err)
	}
	fmt.Print(out.String(), errs.String())
}

func (a *api) forward(ctx context.Context, way, pod, port string) {
	address := a.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(a.namespace).Name(pod).
		SubResource("portforward").URL()
	dialer, err := a.dialer(way, address)
	must(err)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan struct{})
	var errs bytes.Buffer
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:" + port}, ctx.Done(), ready, io.Discard, &errs)
	must(err)
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		must(fmt.Errorf("port-forward: %w", err))
	}
	ports, err := forwarder.GetPorts()
	must(err)
	for range 3 {
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", ports[0].Local))
		must(err)
		body, err := io.ReadAll(answer.Body)
		must(err)
		must(answer.Body.Close())
		fmt.Println(answer.StatusCode, len(body) > 0, errs.String())
	}
}

func (a *api) dialer(way string, address *url.URL) (httpstream.Dialer, error) {
	if way != "spdy" {
		return portforward.NewSPDYOverWebsocketDialer(address, a.config)
	}
	transport, upgrader, err := spdy.RoundTripperFor(a.config)
	if err != nil {
		return nil, err
	}
	return spdy.NewDialer(upgrader, &http.Client{Transport: transport}, "POST", address), nil
}
