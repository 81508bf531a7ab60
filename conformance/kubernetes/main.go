// The real Kubernetes API server and its store in one binary, so that Serin's own API can be held to them.
// It acts as the name it is called by: kube-apiserver or etcd (symbolic links beside it).
package main

import (
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	switch filepath.Base(os.Args[0]) {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	default:
		println("call me kube-apiserver or etcd")
		os.Exit(2)
	}
}
