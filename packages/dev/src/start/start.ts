import { once } from 'node:events';
import { type Observation, observe } from '../observe/observe.ts';
import { isPortFree } from '../provision/ports.ts';
import { createReporter, type Reporter } from '../report/reporter.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { lockStateFolder } from '../state/lock.ts';
import type { Crash } from '../supervisor/supervise.ts';
import { watchStore } from '../supervisor/watch-store.ts';
import { watchSources } from '../watch/watch.ts';
import { generate } from './generate.ts';
import { createSeeding, type SeedRequest } from './seeding.ts';
import { readStartSettings } from './settings.ts';
import { StopRequest, stopSignal } from './stop-signal.ts';
import { describeStack } from './table.ts';

export interface StartOptions {
  /** Runs the schema registry, which the gateway takes its supergraph from. */
  hasRegistry?: boolean;
  /** Run Prometheus and Grafana beside it. */
  isObserved?: boolean;
  /** Restart what a change of the sources concerns. */
  isWatched?: boolean;
}

/** `npm start`: runs everything until it is asked to stop. Returns the exit code. */
export async function start(
  request: SeedRequest,
  { hasRegistry = true, isObserved = false, isWatched = false }: StartOptions = {},
): Promise<number> {
  const startedAt = performance.now();
  const signal = stopSignal();
  const report = createReporter();
  const settings = readStartSettings();
  const lock = await lockStateFolder(settings.stateFolder, (pid) =>
    report.note(`  Waiting for the last start (process ${pid}) to stop`),
  );
  let stack: Stack | undefined;
  let observation: Observation | undefined;
  const watches: (() => Promise<void>)[] = [];
  signal.addEventListener('abort', () => lock.markStopping());
  try {
    await refuseTakenPort(settings.port, settings.host);
    await report.step('Code generated', generate);
    const seeding = createSeeding(settings.stateFolder, request, report, settings.secrets);
    stack = await startStack({
      ...settings,
      registry: hasRegistry ? 'later' : undefined,
      signal,
      report,
      env: { LOG_LEVEL: settings.logLevel, ...(settings.appUrl && { APP_URL: settings.appUrl }) },
      processEnv: { gateway: { HOST: settings.host } },
      onCrash: (crash) => reportCrash(report, crash),
      beforeMigrations: seeding.prepare,
      beforeProcesses: seeding.decide,
    });
    if (stack.postgres) watches.push(watchStore('Postgres', stack.postgres, report.note));
    if (stack.redis) watches.push(watchStore('Redis', stack.redis, report.note));
    const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
    await Promise.race([seeding.run(stack), stopped]);
    signal.throwIfAborted();
    if (isObserved) observation = await observe(stack);
    process.stdout.write(`${describeStack(stack, performance.now() - startedAt)}\n`);
    for (const line of observation?.lines ?? []) process.stdout.write(`  ${line}\n`);
    // Nobody waits for it, and the graph runs whatever becomes of it.
    void stack.openRegistry();
    if (isWatched) {
      watches.push(watchSources({ stack, note: report.note }));
      report.note('  Watching the sources: what a change concerns is restarted');
    }
    await stopped;
    return 0;
  } catch (error) {
    if (error instanceof StopRequest) return 0;
    lock.markStopping();
    report.note(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await observation?.stop();
    await Promise.all(watches.map((end) => end()));
    if (stack) await report.step('Stopped', stack.stop);
    lock.release();
  }
}

async function refuseTakenPort(port: number, host: string): Promise<void> {
  if (await isPortFree(port, host)) return;
  throw new Error(`Port ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`);
}

const shownLines = 5;
const shownCharacters = 200;

function reportCrash(report: Reporter, { what, lastLines, restartInMs }: Crash): void {
  // Whole lines are in the log; here one must still see what happens next.
  const lines = lastLines.slice(-shownLines).map((line) => `    ${line.slice(0, shownCharacters)}`);
  report.note(
    [`  ✗ ${what}; its last lines:`, ...lines, `    It starts again in ${restartInMs} ms.`].join('\n'),
  );
}
