import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StartCell } from './isolate.ts';

/** Heap of such a process: what it reads and writes is text of one plan. */
export const processHeapMiB = 128;

/**
 * Starts cells that are processes: for native code, which a thread would not contain. Of the environment, which holds
 * keys, they get only where compiled code is kept, and they end with the channel to their parent. (For `graphql` asks of
 * each type whether there are two of it, unless it is told that this is production.)
 */
export function processAt(module: URL, first: object): StartCell {
  return ({ onAnswer, onEnd }) => {
    const { NODE_COMPILE_CACHE: compileCache } = process.env;
    const child = fork(fileURLToPath(module), [], {
      env: { NODE_ENV: 'production', ...(compileCache && { NODE_COMPILE_CACHE: compileCache }) },
      execArgv: [`--max-old-space-size=${processHeapMiB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.unref();
    child.channel?.unref();
    child.on('message', (text) => onAnswer(text as string));
    child.on('error', (error) => onEnd(error.message));
    child.on('exit', (code, signal) => onEnd(`The planning process ended with ${signal ?? code}`));
    child.send(first);
    return {
      ask: (question) => void child.send(question),
      end: () => void child.kill('SIGKILL'),
    };
  };
}
