import { render } from './render.ts';
import { ofKind } from './workloads.ts';

interface ScalerSpec {
  scaleTargetRef: { name: string };
  metrics: { type: string; pods?: { metric: { name: string } } }[];
}

/** What autoscalers ask of the pods of a workload beside CPU and memory. */
export function podMetrics(): { workload: string; metric: string }[] {
  return ofKind<ScalerSpec>(render('production'), 'HorizontalPodAutoscaler').flatMap(({ spec }) =>
    spec.metrics.flatMap(({ pods }) =>
      pods ? [{ workload: spec.scaleTargetRef.name, metric: pods.metric.name }] : [],
    ),
  );
}
