import { parseArgs } from 'node:util';
import { createLogger } from '@murmuration/service-kit';
import { suspendPerson } from './commands/suspend.ts';
import { readCommandConfig } from './config.ts';

const usage = `Usage: node subgraphs/user/src/cli.ts suspend <@handle or usr_…> [--lift]

Suspends an account: for everyone else the person no longer exists, and every session of theirs ends. --lift takes it
back. Either may be repeated at any time. Needs USER_DATABASE_URL and REDIS_URL.`;

/** Of the exit: 0 done, 1 there is no such account, 2 it could not be done, 3 bad input. */
async function run(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { lift: { type: 'boolean', default: false } },
  });
  const [command, person, ...rest] = positionals;
  if (command !== 'suspend' || !person || rest.length > 0) {
    console.error(usage);
    return 3;
  }
  const config = readCommandConfig();
  const logger = createLogger('user-command', config.LOG_LEVEL);
  const outcome = await suspendPerson(config, logger, person, { isLifted: values.lift });
  const state = values.lift ? 'not suspended' : 'suspended';
  if (outcome === 'no such account') console.error(`There is no account ${person}.`);
  else console.error(`${person} is ${state}${outcome === 'as before' ? ', as before' : ''}.`);
  return outcome === 'no such account' ? 1 : 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 3 : 2;
}
