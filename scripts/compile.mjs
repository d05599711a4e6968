/**
 * node scripts/compile.mjs <module>…: reads modules as a process that starts does, so that Node's compile cache
 * (NODE_COMPILE_CACHE) has them. An image is built with it: its processes neither strip types nor compile again.
 */
import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)).href);
flushCompileCache();
// What was imported may keep timers.
process.exit();
