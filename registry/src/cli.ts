import { enableCompileCache } from 'node:module';

// Before anything else is loaded: a check in a pull request is mostly start-up, and compiled code
// that is kept takes a third off it.
enableCompileCache();

const { run } = await import('./run.ts');
await run();
