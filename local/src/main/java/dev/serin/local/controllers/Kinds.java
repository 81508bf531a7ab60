package dev.serin.local.controllers;

import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

/// The kinds that the controllers read and write, in the version in which they write them.
public final class Kinds {
    public static final ResourceKind NAMESPACE =
            new ResourceKind("", "v1", "Namespace", "namespaces", false);
    public static final ResourceKind NODE = new ResourceKind("", "v1", "Node", "nodes", false);
    public static final ResourceKind POD = new ResourceKind("", "v1", "Pod", "pods", true);
    public static final ResourceKind SERVICE =
            new ResourceKind("", "v1", "Service", "services", true);
    public static final ResourceKind SERVICE_ACCOUNT =
            new ResourceKind("", "v1", "ServiceAccount", "serviceaccounts", true);
    public static final ResourceKind EVENT = new ResourceKind("", "v1", "Event", "events", true);
    public static final ResourceKind DEPLOYMENT =
            new ResourceKind("apps", "v1", "Deployment", "deployments", true);
    public static final ResourceKind REPLICA_SET =
            new ResourceKind("apps", "v1", "ReplicaSet", "replicasets", true);
    public static final ResourceKind ENDPOINT_SLICE =
            new ResourceKind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true);

    public static final ResourceKind STATEFUL_SET =
            new ResourceKind("apps", "v1", "StatefulSet", "statefulsets", true);
    public static final ResourceKind DAEMON_SET =
            new ResourceKind("apps", "v1", "DaemonSet", "daemonsets", true);
    public static final ResourceKind CONTROLLER_REVISION =
            new ResourceKind("apps", "v1", "ControllerRevision", "controllerrevisions", true);
    public static final ResourceKind JOB = new ResourceKind("batch", "v1", "Job", "jobs", true);
    public static final ResourceKind CRON_JOB =
            new ResourceKind("batch", "v1", "CronJob", "cronjobs", true);
    public static final ResourceKind BUDGET =
            new ResourceKind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true);
    public static final ResourceKind AUTOSCALER =
            new ResourceKind(
                    "autoscaling",
                    "v2",
                    "HorizontalPodAutoscaler",
                    "horizontalpodautoscalers",
                    true);
    public static final ResourceKind CLAIM =
            new ResourceKind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true);
    public static final ResourceKind VOLUME =
            new ResourceKind("", "v1", "PersistentVolume", "persistentvolumes", false);
    public static final ResourceKind STORAGE_CLASS =
            new ResourceKind("storage.k8s.io", "v1", "StorageClass", "storageclasses", false);
    public static final ResourceKind ENDPOINTS =
            new ResourceKind("", "v1", "Endpoints", "endpoints", true);

    private Kinds() {}

    public static ResourceKey key(ResourceKind kind, String namespace, String name) {
        return new ResourceKey(kind.family(), namespace, name);
    }
}
