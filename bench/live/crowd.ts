import { type ChildProcess, fork } from 'node:child_process';
import { cpuOfPid } from '../cpu.ts';
import type { Deliveries, Order, Report } from './protocol.ts';

/** Clients in a process of their own. */
export interface Crowd {
  open(url: string, query: string, tokens: (string | null)[]): Promise<void>;
  expect(due: number[]): void;
  /** Destroys this share of the sockets at once. */
  cut(share: number): void;
  /** Called when an event has reached all whom it is due. */
  onDelivered(listener: (event: number) => void): void;
  /** How much came since the last report. */
  count(): Promise<number>;
  /** What came since the last report. */
  report(): Promise<Deliveries>;
  close(): Promise<void>;
  cpuSeconds(): number;
  stop(): void;
}

export function startCrowd(): Crowd {
  const child: ChildProcess = fork(new URL('./clients.ts', import.meta.url), { stdio: 'inherit' });
  let onDelivered = (_event: number) => {};
  const waiting = new Map<Report['tells'], (report: Report) => void>();
  child.on('message', (report: Report) => {
    if (report.tells === 'delivered') return onDelivered(report.event);
    waiting.get(report.tells)?.(report);
  });
  const order = (what: Order) => void child.send(what);
  const answer = (what: Order, tells: Report['tells']) =>
    new Promise<Report>((resolve) => {
      waiting.set(tells, resolve);
      order(what);
    });
  return {
    open: async (url, query, tokens) => void (await answer({ do: 'open', url, query, tokens }, 'opened')),
    cut: (share) => order({ do: 'cut', share }),
    expect: (due) => order({ do: 'expect', due }),
    onDelivered: (listener) => (onDelivered = listener),
    async count() {
      const told = await answer({ do: 'count' }, 'count');
      return told.tells === 'count' ? told.received : 0;
    },
    async report() {
      const told = await answer({ do: 'report' }, 'report');
      if (told.tells !== 'report') throw new Error('no report');
      return told.report;
    },
    close: async () => void (await answer({ do: 'close' }, 'closed')),
    cpuSeconds: () => (child.pid === undefined ? 0 : (cpuOfPid(child.pid) ?? 0)),
    stop: () => child.disconnect(),
  };
}
