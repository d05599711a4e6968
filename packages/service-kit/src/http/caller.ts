import type { ServerResponse } from 'node:http';

/** Who waits for an answer, as its response knows them. */
export type Caller = Pick<ServerResponse, 'destroyed' | 'writableEnded' | 'once'>;

/** A signal that is aborted when the caller goes away before the answer; one that never is, for no caller. */
export function signalOf(caller: Caller | undefined): AbortSignal {
  const controller = new AbortController();
  if (!caller) return controller.signal;
  const leave = () => {
    if (!caller.writableEnded) controller.abort();
  };
  if (caller.destroyed) leave();
  else caller.once('close', leave);
  return controller.signal;
}
