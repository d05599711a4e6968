import { randomUUID } from 'node:crypto';
import { Counter, Gauge, type Logger, metrics } from '@murmuration/service-kit';
import type { Observe } from '../operation/observe/observe.ts';
import { describe } from './describe.ts';
import { createLater } from './later.ts';
import { usageLimits } from './limits.ts';
import type { Numbered } from './report.ts';
import type { Send } from './send.ts';
import { createTell } from './tell.ts';
import { createWindow } from './window.ts';

const reports = new Counter({
  name: 'gateway_usage_reports_total',
  help: 'Usage reports by what became of them',
  labelNames: ['outcome'],
  registers: [metrics],
});
for (const outcome of ['taken', 'later', 'refused']) reports.labels(outcome).inc(0);
const lostCalls = new Counter({
  name: 'gateway_usage_lost_calls_total',
  help: 'Calls that no report tells, for there was no room',
  registers: [metrics],
});
const unsentSince = new Gauge({
  name: 'gateway_usage_unsent_seconds',
  help: 'For how long no report has been taken',
  registers: [metrics],
  collect: () => undefined,
});

export interface UsageReporter {
  readonly observe: Observe;
  /** Begins to send. */
  start(): void;
  /** Sends what is there, if it can be done at once. */
  stop(): Promise<void>;
}

export interface ReporterOptions {
  readonly send: Send;
  /** Among the gateways of the graph; no person's name. */
  readonly name: string;
  readonly reportMs: number;
  /** The id of the supergraph that serves. */
  supergraph(): string;
  readonly logger: Logger;
}

/**
 * Tells a registry what clients send. While it is away the present window goes on and grows no further than its limits: one report
 * that may have arrived, and one window, are all that is kept.
 */
export function createUsageReporter(options: ReporterOptions): UsageReporter {
  const { logger, name, reportMs, send, supergraph } = options;
  const tell = createTell(send, { reporter: randomUUID(), name });
  const window = createWindow(describe, createLater());
  let unsent: Numbered | undefined;
  let sequence = 0;
  let failures = 0;
  let refusedCalls = 0;
  let takenAtMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function report(timeoutMs: number): Promise<void> {
    if (!unsent) {
      const counted = window.take();
      lostCalls.inc(counted.lost);
      unsent = {
        sequence: ++sequence,
        counted: { ...counted, lost: counted.lost + refusedCalls },
        supergraph: supergraph(),
      };
      refusedCalls = 0;
    }
    const mine = unsent;
    const sent = await tell(mine, timeoutMs);
    reports.labels(sent.status).inc();
    // When the process stops it is sent beside an attempt that is on its way: whichever is answered first counts.
    if (unsent !== mine) return;
    if (sent.status === 'later') {
      // One that stays away is one piece of news.
      if (failures++ === 0) logger.warn({ because: sent.because }, 'a usage report is sent later');
    } else {
      if (sent.status === 'refused') {
        const { calls } = mine.counted;
        logger.error({ because: sent.because, calls }, 'a usage report was refused');
        // Their time must not look like one of which everything is known.
        refusedCalls = calls;
        lostCalls.inc(calls);
      }
      failures = 0;
      takenAtMs = performance.now();
      unsent = undefined;
    }
    unsentSince.set(sent.status === 'later' ? (performance.now() - takenAtMs) / 1_000 : 0);
  }

  function schedule(): void {
    if (isStopped) return;
    const waitMs = Math.min(
      reportMs * 2 ** Math.min(failures, 20),
      Math.max(reportMs, usageLimits.longestBackOffMs),
    );
    // Gateways that start together shall not report together.
    const jitteredMs = waitMs * (0.8 + 0.4 * Math.random());
    timer = setTimeout(() => void report(usageLimits.sendMs).finally(schedule), jitteredMs).unref();
  }

  return {
    observe({ admitted, asked, endedAtMs, errors, operation, startedAtMs }) {
      if (!operation || !admitted) return;
      window.add(operation, admitted.entry.document, {
        clientName: asked.head?.header('apollographql-client-name'),
        clientVersion: asked.head?.header('apollographql-client-version'),
        isError: errors !== undefined && errors.length > 0,
        durationMs: endedAtMs - startedAtMs,
      });
    },
    start: schedule,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await report(usageLimits.lastSendMs);
      // What was on its way when the stop came left a window behind it.
      if (!unsent) await report(usageLimits.lastSendMs);
    },
  };
}
