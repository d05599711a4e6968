import type { Manifest } from './render.ts';

/** The part of a container that the rules look at. */
export interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
  }[];
  envFrom?: { configMapRef?: { name: string } }[];
  ports?: { name?: string; containerPort: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
  readinessProbe?: object;
  livenessProbe?: object;
  startupProbe?: object;
}

export interface PodSpec {
  containers: Container[];
  volumes?: {
    name: string;
    secret?: { secretName: string };
    hostPath?: { path: string };
    emptyDir?: { sizeLimit?: string; medium?: string };
  }[];
  affinity?: object;
  automountServiceAccountToken?: boolean;
  securityContext?: Record<string, unknown>;
  terminationGracePeriodSeconds?: number;
}

/** Something that runs pods. */
export interface Workload {
  kind: string;
  name: string;
  /** None where an autoscaler says how many. */
  replicas: number | undefined;
  annotations: Record<string, string>;
  labels: Record<string, string>;
  selector: Record<string, string>;
  pod: PodSpec;
}

interface WorkloadSpec {
  replicas?: number;
  selector?: { matchLabels: Record<string, string> };
  template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
}

const kinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => kinds.has(kind))
    .map(({ kind, metadata, spec }) => {
      const { replicas, selector, template } = spec as unknown as WorkloadSpec;
      const { labels } = template.metadata;
      return {
        kind,
        name: metadata.name,
        replicas,
        annotations: metadata.annotations ?? {},
        labels,
        selector: selector?.matchLabels ?? labels,
        pod: template.spec,
      };
    });
}

export function ofKind<Spec>(manifests: readonly Manifest[], kind: string): { name: string; spec: Spec }[] {
  return manifests
    .filter((manifest) => manifest.kind === kind)
    .map(({ metadata, spec }) => ({ name: metadata.name, spec: spec as Spec }));
}

/** Whether a label selector chooses these labels. */
export function selects(selector: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
