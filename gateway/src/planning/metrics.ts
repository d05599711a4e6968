import { Counter, Gauge, Histogram, metrics } from '@murmuration/service-kit';

const registers = [metrics];

export const plansMade = new Counter({
  name: 'gateway_plans_total',
  help: 'Plans that were proven and taken, by the planner that made them',
  labelNames: ['planner'],
  registers,
});

export const plansRefused = new Counter({
  name: 'gateway_plan_refusals_total',
  help: 'Operations that a planner gave no plan for, or one that was not proven, by reason',
  labelNames: ['planner', 'reason'],
  registers,
});

export const planSeconds = new Histogram({
  name: 'gateway_plan_duration_seconds',
  help: 'Time from asking a planner to its answer, waiting for its turn included',
  labelNames: ['planner'],
  buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
  registers,
});

export const proofSeconds = new Histogram({
  name: 'gateway_plan_proof_duration_seconds',
  help: 'Time that proving a plan took, in the cell of its planner',
  buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05],
  registers,
});

export const plansWaiting = new Gauge({
  name: 'gateway_plans_waiting',
  help: 'Operations asked of a planner and not yet answered',
  labelNames: ['planner'],
  registers,
});

export const plansKilled = new Counter({
  name: 'gateway_plan_kills_total',
  help: 'Planning threads ended in the midst of a plan',
  registers,
});

export function onPlannerKill(): void {
  plansKilled.inc();
}
