import { waitForExit } from '../provision/pid-file.ts';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { whenReady } from './ready.ts';

export interface ProcessOptions extends ChildOptions {
  url: string;
  metricsUrl: string;
  onCrash: (crash: Crash) => void;
}

export interface Crash {
  /** Which process, and how it ended. */
  what: string;
  lastLines: string[];
  restartInMs: number;
}

export interface SupervisedProcess {
  name: string;
  url: string;
  /** Where Prometheus would read its metrics. */
  metricsUrl: string;
  logFile: string;
  pid: () => number | undefined;
  /** Settings from the next start on, over those it has. */
  configure: (settings: Record<string, string>) => void;
  /** Starts it and resolves when it is ready. */
  start: () => Promise<void>;
  /** Asks it to drain; after the grace it is ended. It stays down. */
  stop: (graceMs?: number) => Promise<void>;
  /** Ends it as a crash would; it stays down. */
  kill: () => Promise<void>;
}

const firstBackOffMs = 500;
const longestBackOffMs = 10_000;
/** A process that ran this long was sound: the next crash starts counting anew. */
const soundAfterMs = 30_000;
/** Longer than the services' own deadline of 25 s. */
const stopGraceMs = 28_000;

/** Keeps one process running: a crash is reported and followed by a restart with back-off. */
export function superviseProcess(options: ProcessOptions): SupervisedProcess {
  const { name, url, metricsUrl, logFile } = options;
  let child: Child | undefined;
  let env = options.env;
  let isWanted = false;
  let crashes = 0;
  let restart: NodeJS.Timeout | undefined;

  function run(): Child {
    const started = startChild({ ...options, env });
    child = started;
    void watch(started);
    return started;
  }

  async function watch(started: Child): Promise<void> {
    const startedAt = Date.now();
    const what = await started.ended;
    if (child !== started) return;
    child = undefined;
    if (!isWanted) return;
    crashes = Date.now() - startedAt > soundAfterMs ? 1 : crashes + 1;
    const restartInMs = Math.min(firstBackOffMs * 2 ** (crashes - 1), longestBackOffMs);
    options.onCrash({ what, lastLines: started.lastLines(), restartInMs });
    restart = setTimeout(run, restartInMs);
  }

  async function start(): Promise<void> {
    if (child) return;
    clearTimeout(restart);
    isWanted = false;
    const started = run();
    const settled = new AbortController();
    const died = await Promise.race([
      started.ended,
      whenReady(name, url, settled.signal).then(() => undefined),
    ]).finally(() => settled.abort());
    if (died !== undefined) throw new Error(`${died}:\n${started.lastLines().join('\n')}`);
    isWanted = true;
  }

  async function end(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    isWanted = false;
    clearTimeout(restart);
    const pid = child?.process.pid;
    if (pid === undefined) return;
    const ending = child?.ended;
    child?.process.kill(signal);
    if (!(await waitForExit(pid, graceMs))) child?.process.kill('SIGKILL');
    await ending;
  }

  return {
    name,
    url,
    metricsUrl,
    logFile,
    pid: () => child?.process.pid,
    configure: (settings) => {
      env = { ...env, ...settings };
    },
    start,
    stop: (graceMs = stopGraceMs) => end('SIGTERM', graceMs),
    kill: () => end('SIGKILL', stopGraceMs),
  };
}
