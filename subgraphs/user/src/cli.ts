import { parseArgs } from 'node:util';
import { createLogger } from '@murmuration/service-kit';
import { grantRole } from './commands/grant.ts';
import { suspendPerson } from './commands/suspend.ts';
import { readCommandConfig } from './config.ts';
import { isRole, roles } from './moderation/policy.ts';

const usage = `Usage: node subgraphs/user/src/cli.ts suspend <@handle or usr_…> [--lift]
       node subgraphs/user/src/cli.ts grant <@handle or usr_…> <${roles.join(' | ')}>

suspend: for everyone else the person no longer exists, and every session of theirs ends. --lift takes it back.
grant: gives the person a role, the first admin theirs too; a lesser one ends their sessions.

Either may be repeated at any time. Needs USER_DATABASE_URL and REDIS_URL.`;

type Asked =
  | { command: 'suspend'; person: string; isLifted: boolean }
  | { command: 'grant'; person: string; role: (typeof roles)[number] };

function read(): Asked | null {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { lift: { type: 'boolean', default: false } },
  });
  const [command, person, role, ...rest] = positionals;
  if (!person || rest.length > 0) return null;
  if (command === 'suspend' && role === undefined) return { command, person, isLifted: values.lift };
  return command === 'grant' && role !== undefined && isRole(role) && !values.lift
    ? { command, person, role }
    : null;
}

/** Of the exit: 0 done, 1 there is no such account, 2 it could not be done, 3 bad input. */
async function run(): Promise<number> {
  const asked = read();
  if (!asked) {
    console.error(usage);
    return 3;
  }
  const { person } = asked;
  const config = readCommandConfig();
  const logger = createLogger('user-command', config.LOG_LEVEL);
  const [outcome, state] =
    asked.command === 'suspend'
      ? [await suspendPerson(config, logger, person, asked), asked.isLifted ? 'not suspended' : 'suspended']
      : [await grantRole(config, logger, person, asked.role), `of the role ${asked.role}`];
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
