import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureHardOnes } from './hard-ones.ts';
import { measureStreams } from './streams.ts';

/** Operations that a gateway has never seen: how many a second it takes, and whether hard ones delay others. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const data = join(import.meta.dirname, '.data');
mkdirSync(data, { recursive: true });
await measureStreams({ data, seconds, rounds: Number(values.rounds), withPeers: !values['no-peers'] });
await measureHardOnes(data, seconds);
process.exit(0);
