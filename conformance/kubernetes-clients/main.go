// What programs written with client-go do with a Kubernetes API, one step after the other. Each step
// prints what it saw; the same must be printed on every API. Usage: client-go KUBECONFIG NAMESPACE, or for what a
// running pod can be asked client-go KUBECONFIG NAMESPACE POD CONTAINER PORT
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

type api struct {
	config    *rest.Config
	client    *kubernetes.Clientset
	dynamic   dynamic.Interface
	mapper    meta.RESTMapper
	namespace string
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	must(err)
	config.QPS, config.Burst = 1000, 1000
	it := &api{config: config, namespace: os.Args[2]}
	it.client, err = kubernetes.NewForConfig(config)
	must(err)
	it.dynamic, err = dynamic.NewForConfig(config)
	must(err)
	known := memory.NewMemCacheClient(it.client.Discovery())
	it.mapper = restmapper.NewDeferredDiscoveryRESTMapper(known)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	if len(os.Args) > 3 {
		it.streams(ctx, os.Args[3], os.Args[4], os.Args[5])
		return
	}
	_, err = it.client.CoreV1().Namespaces().Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: it.namespace}}, metav1.CreateOptions{})
	must(err)
	steps := []struct {
		name string
		run  func(context.Context)
	}{
		{"mapper", it.mapped}, {"informer", it.informed}, {"watch-list", it.watchList},
		{"bookmarks", it.bookmarks}, {"dynamic", it.dynamically}, {"metadata", it.metadataOnly},
		{"apply", it.applied}, {"scale", it.scaled}, {"retry", it.retried}, {"pages", it.paged},
		{"election", it.elected}, {"protobuf", it.protobuf},
	}
	for _, step := range steps {
		fmt.Println("#", step.name)
		step.run(ctx)
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func (a *api) maps() interface {
	Create(context.Context, *corev1.ConfigMap, metav1.CreateOptions) (*corev1.ConfigMap, error)
	Update(context.Context, *corev1.ConfigMap, metav1.UpdateOptions) (*corev1.ConfigMap, error)
	Get(context.Context, string, metav1.GetOptions) (*corev1.ConfigMap, error)
	Delete(context.Context, string, metav1.DeleteOptions) error
	List(context.Context, metav1.ListOptions) (*corev1.ConfigMapList, error)
	Watch(context.Context, metav1.ListOptions) (watch.Interface, error)
	Apply(context.Context, *corev1apply.ConfigMapApplyConfiguration, metav1.ApplyOptions) (*corev1.ConfigMap, error)
} {
	return a.client.CoreV1().ConfigMaps(a.namespace)
}

func (a *api) configMap(ctx context.Context, name, set string) {
	_, err := a.maps().Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"set": set}},
		Data:       map[string]string{"a": "1"}}, metav1.CreateOptions{})
	must(err)
}

func (a *api) mapped(context.Context) {
	for _, kind := range []schema.GroupKind{{Kind: "Pod"}, {Group: "apps", Kind: "Deployment"},
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}} {
		mapping, err := a.mapper.RESTMapping(kind)
		must(err)
		fmt.Println(mapping.Resource, mapping.Scope.Name())
	}
	for _, name := range []string{"deploy.apps", "cm"} {
		_, err := a.mapper.ResourceFor(schema.GroupVersionResource{Resource: name})
		fmt.Println(name, meta.IsNoMatchError(err))
	}
	lists, err := a.client.Discovery().ServerPreferredNamespacedResources()
	must(err)
	deletable := discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"delete", "watch"}}, lists)
	for _, list := range deletable {
		if list.GroupVersion == "extensions/v1beta1" {
			continue // Which no real one has any more.
		}
		for _, resource := range list.APIResources {
			if resource.Name == "pods" || resource.Name == "deployments" {
				fmt.Println(list.GroupVersion, resource.Name, resource.ShortNames, resource.Categories)
			}
		}
	}
}

// collected gathers lines from another goroutine.
func collected(ctx context.Context, lines <-chan string, count int) {
	var all []string
	for len(all) < count {
		select {
		case line := <-lines:
			all = append(all, line)
		case <-ctx.Done():
			must(fmt.Errorf("only %v", all))
		}
	}
	fmt.Println(strings.Join(all, "\n"))
}

func handler(lines chan<- string) cache.ResourceEventHandlerFuncs {
	tell := func(what string, it any) {
		if gone, ok := it.(cache.DeletedFinalStateUnknown); ok {
			it = gone.Obj
		}
		object, err := meta.Accessor(it)
		must(err)
		lines <- what + " " + object.GetName()
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(it any) { tell("+", it) },
		UpdateFunc: func(_, it any) { tell("~", it) },
		DeleteFunc: func(it any) { tell("-", it) }}
}

func (a *api) informed(ctx context.Context) {
	a.configMap(ctx, "before", "informed")
	factory := informers.NewSharedInformerFactoryWithOptions(a.client, 0,
		informers.WithNamespace(a.namespace), informers.WithTweakListOptions(func(o *metav1.ListOptions) {
			o.LabelSelector = "set=informed"
		}))
	informer := factory.Core().V1().ConfigMaps()
	lines := make(chan string, 100)
	_, err := informer.Informer().AddEventHandler(handler(lines))
	must(err)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	factory.Start(ctx.Done())
	cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced)
	a.configMap(ctx, "one", "informed")
	a.configMap(ctx, "other", "else")
	must(retry.RetryOnConflict(retry.DefaultRetry, func() error {
		found, err := a.maps().Get(ctx, "one", metav1.GetOptions{})
		must(err)
		found.Data["a"] = "2"
		_, err = a.maps().Update(ctx, found, metav1.UpdateOptions{})
		return err
	}))
	must(a.maps().Delete(ctx, "before", metav1.DeleteOptions{}))
	collected(ctx, lines, 4)
	stored, err := informer.Lister().ConfigMaps(a.namespace).Get("one")
	must(err)
	fmt.Println(stored.Data)
}

// watchList reads a list as a stream, which ends with a bookmark that says so.
func (a *api) watchList(ctx context.Context) {
	yes := true
	stream, err := a.maps().Watch(ctx, metav1.ListOptions{LabelSelector: "set=informed",
		SendInitialEvents: &yes, AllowWatchBookmarks: true,
		ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan})
	must(err)
	defer stream.Stop()
	for event := range stream.ResultChan() {
		object, err := meta.Accessor(event.Object)
		must(err)
		fmt.Println(event.Type, object.GetName(), object.GetAnnotations())
		if event.Type == watch.Bookmark {
			break
		}
	}
}

func (a *api) bookmarks(ctx context.Context) {
	list, err := a.maps().List(ctx, metav1.ListOptions{})
	must(err)
	a.configMap(ctx, "later", "later")
	stream, err := a.maps().Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion,
		AllowWatchBookmarks: true})
	must(err)
	defer stream.Stop()
	event := <-stream.ResultChan()
	fmt.Println(event.Type, event.Object.(*corev1.ConfigMap).Name)
	// From a version that nobody has given yet.
	_, err = a.maps().List(ctx, metav1.ListOptions{ResourceVersion: "999999999"})
	fmt.Println(apierrors.IsTimeout(err), metav1.Status{Reason: apierrors.ReasonForError(err)}.Reason)
}

func (a *api) dynamically(ctx context.Context) {
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(a.dynamic, 0, a.namespace, nil)
	informer := factory.ForResource(deployments).Informer()
	lines := make(chan string, 100)
	_, err := informer.AddEventHandler(handler(lines))
	must(err)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	factory.Start(ctx.Done())
	cache.WaitForCacheSync(ctx.Done(), informer.HasSynced)
	made, err := a.dynamic.Resource(deployments).Namespace(a.namespace).Create(ctx, &unstructured.Unstructured{
		Object: map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web"},
			"spec": map[string]any{
				"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}},
				"template": map[string]any{
					"metadata": map[string]any{"labels": map[string]any{"app": "web"}},
					"spec":     map[string]any{"containers": []any{map[string]any{"name": "a", "image": "busybox"}}},
				}}}}, metav1.CreateOptions{})
	must(err)
	replicas, _, err := unstructured.NestedInt64(made.Object, "spec", "replicas")
	must(err)
	fmt.Println(made.GetName(), replicas, made.GetGeneration())
	patched, err := a.dynamic.Resource(deployments).Namespace(a.namespace).Patch(ctx, "web",
		types.StrategicMergePatchType,
		[]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"busybox:2"}]}}}}`),
		metav1.PatchOptions{})
	must(err)
	containers, _, err := unstructured.NestedSlice(patched.Object, "spec", "template", "spec", "containers")
	must(err)
	fmt.Println(containers[0].(map[string]any)["image"])
	collected(ctx, lines, 2)
}

func (a *api) metadataOnly(ctx context.Context) {
	client, err := metadata.NewForConfig(a.config)
	must(err)
	found, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).
		Namespace(a.namespace).List(ctx, metav1.ListOptions{LabelSelector: "set"})
	must(err)
	for _, one := range found.Items {
		fmt.Println(one.Name, one.Labels)
	}
	stream, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).
		Namespace(a.namespace).Watch(ctx, metav1.ListOptions{LabelSelector: "set=meta"})
	must(err)
	defer stream.Stop()
	a.configMap(ctx, "seen", "meta")
	event := <-stream.ResultChan()
	fmt.Println(event.Type, event.Object.(*metav1.PartialObjectMetadata).Name)
}

func (a *api) applied(ctx context.Context) {
	apply := func(manager string, data map[string]string, force bool) (*corev1.ConfigMap, error) {
		return a.maps().Apply(ctx, corev1apply.ConfigMap("applied", a.namespace).WithData(data),
			metav1.ApplyOptions{FieldManager: manager, Force: force})
	}
	_, err := apply("one", map[string]string{"a": "1", "b": "1"}, false)
	must(err)
	_, err = apply("two", map[string]string{"a": "2"}, false)
	fmt.Println(apierrors.IsConflict(err), err)
	_, err = apply("two", map[string]string{"a": "2"}, true)
	must(err)
	last, err := apply("one", map[string]string{}, false)
	must(err)
	fmt.Println(last.Data)
	extracted, err := corev1apply.ExtractConfigMap(last, "two")
	must(err)
	fmt.Println(*extracted.Name, extracted.Data)
}

func (a *api) scaled(ctx context.Context) {
	resolver := scale.NewDiscoveryScaleKindResolver(a.client.Discovery())
	client, err := scale.NewForConfig(a.config, a.mapper, dynamic.LegacyAPIPathResolverFunc, resolver)
	must(err)
	resource := schema.GroupResource{Group: "apps", Resource: "deployments"}
	found, err := client.Scales(a.namespace).Get(ctx, resource, "web", metav1.GetOptions{})
	must(err)
	found.Spec.Replicas = 4
	_, err = client.Scales(a.namespace).Update(ctx, resource, found, metav1.UpdateOptions{})
	must(err)
	web, err := a.client.AppsV1().Deployments(a.namespace).Get(ctx, "web", metav1.GetOptions{})
	must(err)
	fmt.Println(*web.Spec.Replicas, web.Generation)
}

func (a *api) retried(ctx context.Context) {
	old, err := a.maps().Get(ctx, "one", metav1.GetOptions{})
	must(err)
	newer := old.DeepCopy()
	newer.Data["a"] = "3"
	_, err = a.maps().Update(ctx, newer, metav1.UpdateOptions{})
	must(err)
	old.Data["a"] = "4"
	_, err = a.maps().Update(ctx, old, metav1.UpdateOptions{})
	fmt.Println(apierrors.IsConflict(err))
	_, err = a.maps().Get(ctx, "nothing", metav1.GetOptions{})
	fmt.Println(apierrors.IsNotFound(err))
	_, err = a.maps().Create(ctx, old, metav1.CreateOptions{})
	fmt.Println(err)
}

func (a *api) paged(ctx context.Context) {
	for i := 0; i < 7; i++ {
		a.configMap(ctx, fmt.Sprintf("page-%d", i), "paged")
	}
	pages := 0
	walker := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) {
		pages++
		options.LabelSelector = "set=paged"
		return a.maps().List(ctx, options)
	}))
	walker.PageSize = 3
	var names []string
	must(walker.EachListItem(ctx, metav1.ListOptions{}, func(it runtime.Object) error {
		names = append(names, it.(*corev1.ConfigMap).Name)
		return nil
	}))
	sort.Strings(names)
	fmt.Println(pages, names)
}

func (a *api) elected(ctx context.Context) {
	lines := make(chan string, 10)
	run := func(ctx context.Context, name string) {
		elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
			Lock: &resourcelock.LeaseLock{
				LeaseMeta:  metav1.ObjectMeta{Namespace: a.namespace, Name: "leader"},
				Client:     a.client.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: name}},
			LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { lines <- name + " leads" },
				OnStoppedLeading: func() {}}})
		must(err)
		elector.Run(ctx)
	}
	first, stopFirst := context.WithCancel(ctx)
	go run(first, "first")
	collected(ctx, lines, 1)
	second, stopSecond := context.WithCancel(ctx)
	defer stopSecond()
	go run(second, "second")
	stopFirst()
	collected(ctx, lines, 1)
	must(wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		lease, err := a.client.CoordinationV1().Leases(a.namespace).Get(ctx, "leader", metav1.GetOptions{})
		return err == nil && *lease.Spec.HolderIdentity == "second", nil
	}))
}

// protobuf writes and reads in the form that Go programs are told to use.
func (a *api) protobuf(ctx context.Context) {
	config := rest.CopyConfig(a.config)
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	must(err)
	made, err := client.AppsV1().Deployments(a.namespace).Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "binary"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "binary"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "binary"}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "busybox"}}}}}},
		metav1.CreateOptions{})
	must(err)
	fmt.Println(made.Name, *made.Spec.Replicas, made.Spec.Strategy.Type)
	list, err := client.AppsV1().Deployments(a.namespace).List(ctx, metav1.ListOptions{})
	must(err)
	for _, one := range list.Items {
		fmt.Println(one.Name, one.Spec.Template.Spec.Containers[0].Image)
	}
}
