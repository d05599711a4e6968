import type { LiveError, ResultError } from './errors.ts';
import type { LiveStream } from './stream.ts';

/** What is called is waited for before the next is: order holds, and what waits meanwhile is bounded. */
export interface LiveListener<Event> {
  onEvent(
    event: Event,
    about: { cursor: string | null; errors: readonly ResultError[] },
  ): void | Promise<void>;
  /** Something was missed: fetch again. */
  onReset(reason: string): void | Promise<void>;
  /** Once, at the end; `error` is a `LiveError`, or what one of these functions threw. */
  onEnd?(error?: LiveError | Error): void;
}

/** Reads a stream for somebody who likes to be called. */
export async function listenTo<Event>(
  stream: LiveStream<Event>,
  { onEnd, onEvent, onReset }: LiveListener<Event>,
): Promise<void> {
  let failure: Error | undefined;
  try {
    for await (const told of stream) {
      if (told.kind === 'reset') await onReset(told.reason);
      else await onEvent(told.event, told);
    }
  } catch (error) {
    failure = error as Error;
  }
  onEnd?.(failure);
}
