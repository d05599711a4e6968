import type { Described } from './describe.ts';
import { type Numbered, reportOf } from './report.ts';
import type { Send, Sent } from './send.ts';

/**
 * Tells the text of an operation once, and again to a registry that does not know it: one that was set back, or that let it go.
 * What it was told is held no longer than the operation itself.
 */
export function createTell(
  send: Send,
  self: { reporter: string; name: string },
): (report: Numbered, timeoutMs: number) => Promise<Exclude<Sent, { status: 'unknown' }>> {
  const known = new WeakSet<Described>();

  async function tell(report: Numbered, timeoutMs: number): Promise<Sent> {
    const text = reportOf(report, self, (operation) => known.has(operation));
    const sent = await send(text, timeoutMs);
    if (sent.status === 'taken') {
      const unkept = new Set(sent.unkept);
      for (const operation of report.counted.operations)
        if (!unkept.has(operation.hash)) known.add(operation);
    }
    return sent;
  }

  return async (report, timeoutMs) => {
    const first = await tell(report, timeoutMs);
    if (first.status !== 'unknown') return first;
    const missing = new Set(first.operations);
    for (const operation of report.counted.operations)
      if (missing.has(operation.hash)) known.delete(operation);
    const second = await tell(report, timeoutMs);
    return second.status === 'unknown'
      ? { status: 'later', because: 'the registry does not know operations that it was told' }
      : second;
  };
}
