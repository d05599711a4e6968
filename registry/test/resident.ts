/**
 * Runs command lines one after the other, each as if it had a process of its own: to start one takes most of what a
 * command costs.
 */
import { run } from '../src/run.ts';
import { type Answer, cli, type CommandLine } from './command-line.ts';

let turn: Promise<void> = Promise.resolve();
process.on('message', (asked: CommandLine) => {
  turn = turn.then(() => answer(asked));
});
process.on('disconnect', () => process.exit());

async function answer({ id, args, cwd, env }: CommandLine): Promise<void> {
  process.chdir(cwd);
  process.env = env;
  process.argv = [process.execPath, cli, ...args];
  process.exitCode = 0;
  const [out, err] = [catchWrites(process.stdout), catchWrites(process.stderr)];
  await run();
  process.send?.({ id, code: Number(process.exitCode), out: out(), err: err() } satisfies Answer);
}

/** Keeps what is written from now on; what it returns ends that and gives it. */
function catchWrites(stream: NodeJS.WriteStream): () => string {
  const { write } = stream;
  const parts: string[] = [];
  stream.write = (chunk: string | Uint8Array) => {
    parts.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  return () => {
    stream.write = write;
    return parts.join('');
  };
}
