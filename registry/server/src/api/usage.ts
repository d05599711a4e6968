import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { Counter, metrics } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import { Fault, UnknownOperations } from '../faults.ts';
import { checkReport, lookedAtAs } from '../usage/check-report.ts';
import { usageReport } from '../usage/contract.ts';
import { type IngestLimits, ingestReport } from '../usage/ingest.ts';
import { createTurns } from '../turns.ts';
import type { AddRoute } from './secured.ts';

export const usageRouteLimits = {
  /** Reports that are written at a time … */
  running: 3,
  /** … and that wait for it; more are to come again. */
  waiting: 50,
  /** Tokens whose rate is known. */
  tokens: 10_000,
  /** Operations that were looked at already. */
  operations: 50_000,
} as const;

const reports = new Counter({
  name: 'registry_usage_reports_total',
  help: 'Usage reports by what became of them',
  labelNames: ['outcome'],
  registers: [metrics],
});
for (const outcome of ['counted', 'known', 'unknown', 'refused', 'turned_away'])
  reports.labels(outcome).inc(0);

export interface UsageRouteOptions {
  database: RegistryDatabase;
  limits: IngestLimits;
  bodyBytes: number;
  reportsPerSecond: number;
}

/** `POST …/usage`: what gateways counted. A flood of it must not cost a check, nor another gateway's report. */
export function serveReports(add: AddRoute, options: UsageRouteOptions): void {
  const { bodyBytes, database, limits, reportsPerSecond } = options;
  const looked = new LRUCache<string, true>({ max: usageRouteLimits.operations });
  const takeTurn = createTurns(usageRouteLimits, () => {
    reports.labels('turned_away').inc();
    return new Fault('OVERLOADED', 'Too many reports at once. Try again in a moment.', 2);
  });
  const mayReport = createRate(reportsPerSecond);
  add({
    method: 'POST',
    path: '/usage',
    action: 'report',
    body: usageReport,
    bodyBytes,
    handle: async ({ body, caller, graph, reply }) => {
      if (!mayReport(caller.hash)) {
        reports.labels('turned_away').inc();
        throw new Fault('TOO_MANY_REQUESTS', `At most ${reportsPerSecond} reports a second.`, 1);
      }
      try {
        checkReport(body, (operation) => looked.has(lookedAtAs(operation)));
      } catch (error) {
        reports.labels('refused').inc();
        throw error;
      }
      for (const operation of body.operations) looked.set(lookedAtAs(operation), true);
      const { outcome, unkept } = await takeTurn(() => ingestReport(database, graph.id, body, limits)).catch(
        (error: unknown) => {
          if (error instanceof UnknownOperations) reports.labels('unknown').inc();
          throw error;
        },
      );
      reports.labels(outcome).inc();
      return reply.code(202).send({ status: outcome, ...(unkept.length > 0 && { unkept }) });
    },
  });
}

/** A bucket a token, which fills up within a second and holds twice as much. */
function createRate(perSecond: number): (key: string) => boolean {
  const buckets = new LRUCache<string, { tokens: number; atMs: number }>({ max: usageRouteLimits.tokens });
  const most = 2 * perSecond;
  return (key) => {
    const nowMs = performance.now();
    const bucket = buckets.get(key) ?? { tokens: most, atMs: nowMs };
    bucket.tokens = Math.min(most, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = nowMs;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  };
}
