// Runs before anything is installed, on any Node from 20 on: plain JavaScript without dependencies.
// Installs what is missing, then hands over to packages/dev on the Node that the workspace carries.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { install, isInstalled } from './install.mjs';
import { refuseTakenPort } from './port.mjs';
import { root, runtime } from './root.mjs';

const stateFolder = process.env.MURMURATION_STATE || path.join(root, '.data');
// With a start of this checkout under way or just ending, the supervisor knows better whose port it is.
if (!existsSync(path.join(stateFolder, 'supervisor.pid'))) {
  await refuseTakenPort(process.env.PORT || '4000', process.env.HOST || '127.0.0.1');
}
if (!isInstalled()) await install();

const supervisor = spawn(runtime, [path.join(root, 'packages/dev/src/cli.ts'), ...process.argv.slice(2)], {
  // Paths in the arguments mean what they meant to the one who typed them.
  cwd: process.env.INIT_CWD || process.cwd(),
  env: { ...process.env, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compiled') },
  // A group of its own: Ctrl-C comes through us, once, and the supervisor stops the rest in order.
  detached: true,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => supervisor.kill(signal));
supervisor.once('exit', (code, signal) => {
  if (signal) console.error(`The supervisor was ended by ${signal}. The next npm start cleans up after it.`);
  process.exit(code ?? 1);
});

// npm can be killed without a word; the shell that `exec`ed us is then gone, and another process our parent.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    // Once: the supervisor takes a second request for impatience and leaves the stores behind.
    clearInterval(watch);
    supervisor.kill('SIGTERM');
  }, 500);
  watch.unref();
}
