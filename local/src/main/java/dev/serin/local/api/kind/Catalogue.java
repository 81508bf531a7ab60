package dev.serin.local.api.kind;

import dev.serin.config.ResourceKind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every kind that is served, in order of preference: groups as discovery lists them, in each the
/// preferred version first. Resources are stored in the preferred version. Immutable.
public final class Catalogue {
    /// group/version, kind, plural, short names, categories, flags: n namespaced, s status
    /// subresource, x scale subresource, v virtual.
    private static final String KINDS =
            """
            v1 ConfigMap configmaps cm - n
            v1 Endpoints endpoints ep - n
            v1 Event events ev - n
            v1 Namespace namespaces ns - s
            v1 Node nodes no - s
            v1 PersistentVolumeClaim persistentvolumeclaims pvc - ns
            v1 Pod pods po all ns
            v1 ResourceQuota resourcequotas quota - ns
            v1 LimitRange limitranges limits - n
            v1 Secret secrets - - n
            v1 ServiceAccount serviceaccounts sa - n
            v1 Service services svc all ns
            apps/v1 DaemonSet daemonsets ds all ns
            apps/v1 Deployment deployments deploy all nsx
            apps/v1 ReplicaSet replicasets rs all nsx
            apps/v1 StatefulSet statefulsets sts all nsx
            extensions/v1beta1 Deployment deployments deploy - nsx
            authentication.k8s.io/v1 TokenReview tokenreviews - - v
            authentication.k8s.io/v1 SelfSubjectReview selfsubjectreviews - - v
            authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews - - v
            authorization.k8s.io/v1 SubjectAccessReview subjectaccessreviews - - v
            authorization.k8s.io/v1 SelfSubjectRulesReview selfsubjectrulesreviews - - v
            autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa all ns
            batch/v1 Job jobs - all ns
            batch/v1 CronJob cronjobs cj all ns
            networking.k8s.io/v1 Ingress ingresses ing - ns
            networking.k8s.io/v1 NetworkPolicy networkpolicies netpol - n
            policy/v1 PodDisruptionBudget poddisruptionbudgets pdb - ns
            rbac.authorization.k8s.io/v1 ClusterRole clusterroles - - -
            rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings - - -
            rbac.authorization.k8s.io/v1 Role roles - - n
            rbac.authorization.k8s.io/v1 RoleBinding rolebindings - - n
            admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations - api-extensions -
            admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations - api-extensions -
            apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions crd,crds api-extensions s
            coordination.k8s.io/v1 Lease leases - - n
            discovery.k8s.io/v1 EndpointSlice endpointslices - - n
            networking.istio.io/v1 DestinationRule destinationrules dr istio-io,networking-istio-io ns
            networking.istio.io/v1 Gateway gateways gw istio-io,networking-istio-io ns
            networking.istio.io/v1 VirtualService virtualservices vs istio-io,networking-istio-io ns
            networking.istio.io/v1beta1 DestinationRule destinationrules dr istio-io,networking-istio-io ns
            networking.istio.io/v1beta1 Gateway gateways gw istio-io,networking-istio-io ns
            networking.istio.io/v1beta1 VirtualService virtualservices vs istio-io,networking-istio-io ns
            networking.istio.io/v1alpha3 DestinationRule destinationrules dr istio-io,networking-istio-io ns
            networking.istio.io/v1alpha3 Gateway gateways gw istio-io,networking-istio-io ns
            networking.istio.io/v1alpha3 VirtualService virtualservices vs istio-io,networking-istio-io ns
            """;

    /// Where a family that has moved lives now.
    private static final Map<String, String> MOVED =
            Map.of("deployments.extensions", "deployments.apps");

    private final Map<String, ServedKind> byPath = new LinkedHashMap<>();
    private final Map<String, ServedKind> preferred = new LinkedHashMap<>();

    private Catalogue(List<ServedKind> kinds) {
        for (var served : kinds) {
            var kind = served.kind();
            byPath.put(kind.apiVersion() + "/" + kind.plural(), served);
            preferred.putIfAbsent(kind.family(), served);
        }
    }

    /// What is built in.
    public static Catalogue builtIn() {
        return new Catalogue(KINDS.lines().map(Catalogue::read).toList());
    }

    /// These kinds too; a later one of the same path takes its place.
    public Catalogue with(List<ServedKind> more) {
        var all = new ArrayList<>(byPath.values());
        all.addAll(more);
        return new Catalogue(all);
    }

    public List<ServedKind> all() {
        return List.copyOf(byPath.values());
    }

    /// @param apiVersion `apps/v1`, or `v1`
    public @Nullable ServedKind at(String apiVersion, String plural) {
        return byPath.get(apiVersion + "/" + plural);
    }

    public @Nullable ServedKind kind(String apiVersion, String kind) {
        for (var served : byPath.values()) {
            if (served.kind().kind().equals(kind)
                    && served.kind().apiVersion().equals(apiVersion)) {
                return served;
            }
        }
        return null;
    }

    /// The kind that resources of this family are stored as, whatever version they were written in.
    public @Nullable ServedKind stored(String family) {
        return preferred.get(MOVED.getOrDefault(family, family));
    }

    private static ServedKind read(String line) {
        var column = line.split(" ");
        var slash = column[0].indexOf('/');
        var flags = column[5];
        var kind =
                new ResourceKind(
                        slash < 0 ? "" : column[0].substring(0, slash),
                        column[0].substring(slash + 1),
                        column[1],
                        column[2],
                        flags.contains("n"));
        return new ServedKind(
                kind,
                column[1].toLowerCase(java.util.Locale.ROOT),
                names(column[3]),
                names(column[4]),
                flags.contains("s"),
                flags.contains("x"),
                flags.contains("v"));
    }

    private static List<String> names(String column) {
        return column.equals("-") ? List.of() : List.of(column.split(","));
    }
}
