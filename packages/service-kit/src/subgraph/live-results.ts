import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { SharedEvent, SharedStream } from './shared-event.ts';

/**
 * What an operation's source events become: results for the protocol to send one by one. Those that many are told alike
 * go out by `tell`, past it. By hand, for `return()` must not wait for the next event.
 */
export function resultsOf(
  source: AsyncIterable<unknown>,
  args: ExecutionArgs,
  tell: (event: SharedEvent) => Promise<void> | undefined,
): AsyncGenerator<ExecutionResult, void> {
  const events = source[Symbol.asyncIterator]();
  let isOver = false;

  async function next(): Promise<IteratorResult<ExecutionResult, void>> {
    for (;;) {
      const { done, value } = await events.next();
      if (done || isOver) return { done: true, value: undefined };
      if (!(value instanceof SharedEvent))
        return { done: false, value: await execute({ ...args, rootValue: value }) };
      await tell(value);
    }
  }

  /** Of a source of nothing else. */
  async function pour(stream: SharedStream): Promise<IteratorResult<ExecutionResult, void>> {
    if (!isOver) await stream.pour((event) => (isOver ? undefined : tell(event)));
    return { done: true, value: undefined };
  }

  async function stop(): Promise<void> {
    isOver = true;
    await events.return?.();
  }

  return {
    next: source instanceof SharedStream ? () => pour(source) : next,
    async return() {
      await stop();
      return { done: true, value: undefined };
    },
    async throw(error) {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: stop,
  };
}
