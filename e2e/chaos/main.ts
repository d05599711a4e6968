import { parseArgs } from 'node:util';
import { blocks } from './blocks.ts';
import { cuts } from './cuts.ts';
import { fanout } from './fanout.ts';
import { kills } from './kills.ts';
import { outages } from './outages.ts';
import { redis } from './redis.ts';
import { restore } from './restore.ts';
import type { Scenario } from './scenario.ts';

/**
 * `pnpm chaos [scenario …] [--seconds N] [--seed N] [--cuts N]`: makes trouble for a platform of its own, bounded and on this
 * machine alone, prints what it did, and exits with 1 when a promise did not hold.
 */
const scenarios: Readonly<Record<string, Scenario>> = {
  kills,
  redis,
  fanout,
  restore,
  cuts,
  outages,
  blocks,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    cuts: { type: 'string', default: '10000' },
  },
});
const seconds = Number(values.seconds);
const cutsWanted = Number(values.cuts);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const asked = positionals.length > 0 ? positionals : Object.keys(scenarios);
const unknown = asked.filter((name) => !(name in scenarios));
if (
  unknown.length > 0 ||
  !(seconds > 0 && seconds <= 3_600) ||
  !(cutsWanted > 0) ||
  !Number.isInteger(seed)
) {
  console.error(
    `pnpm chaos [${Object.keys(scenarios).join(' | ')}] [--seconds 1 to 3600] [--seed whole number] [--cuts number]${
      unknown.length > 0 ? `\nUnknown: ${unknown.join(', ')}.` : ''
    }`,
  );
  process.exit(3);
}

let isWrong = false;
for (const name of asked) {
  const scenario = scenarios[name];
  if (!scenario) continue;
  const startedAt = performance.now();
  const log = (line: string) =>
    console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  log(`${name}: ${seconds} s, --seed ${seed}`);
  const { wrong, figures } = await scenario({ seconds, seed, log, cuts: cutsWanted });
  log(JSON.stringify(figures));
  for (const what of wrong.slice(0, 50)) log(`WRONG: ${what}`);
  log(wrong.length === 0 ? 'every promise held' : `${wrong.length} promises did not hold`);
  isWrong ||= wrong.length > 0;
}
process.exit(isWrong ? 1 : 0);
