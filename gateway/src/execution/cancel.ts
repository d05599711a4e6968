/**
 * What execution asks of an AbortSignal. Any will do, and so will the lighter one below: to make a whole one and
 * listen to it costs a small request a tenth of its time.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Cancel {
  readonly signal: CancelSignal;
  /** Calls every listener, the first time. */
  abort(): void;
}

export function createCancel(): Cancel {
  let listeners: (() => void)[] = [];
  const signal = {
    aborted: false,
    addEventListener(_type: 'abort', listener: () => void) {
      listeners.push(listener);
    },
    removeEventListener(_type: 'abort', listener: () => void) {
      const place = listeners.indexOf(listener);
      if (place >= 0) listeners.splice(place, 1);
    },
  };
  return {
    signal,
    abort() {
      if (signal.aborted) return;
      signal.aborted = true;
      const heard = listeners;
      listeners = [];
      for (const listener of heard) listener();
    },
  };
}
