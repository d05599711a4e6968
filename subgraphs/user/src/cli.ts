import { parseArgs } from 'node:util';
import type { Logger } from '@murmuration/service-kit';
import type { CommandConfig } from './config.ts';
import { isRole, roles } from './moderation/policy.ts';

const usage = `Usage: node subgraphs/user/src/cli.ts suspend <@handle or usr_…> [--lift]
       node subgraphs/user/src/cli.ts grant <@handle or usr_…> <${roles.join(' | ')}>
       node subgraphs/user/src/cli.ts reset-second-factor <@handle or usr_…>

suspend: for everyone else the person no longer exists, and every session of theirs ends. --lift takes it back.
grant: gives the person a role, the first admin theirs too; a lesser one ends their sessions.
reset-second-factor: for whoever lost app and recovery codes. Their password alone signs them in again: their passkeys go too,
every session of theirs ends and their address is told. Be sure who asks: whoever reads their mails has the account then.

Each may be repeated at any time. Needs USER_DATABASE_URL and REDIS_URL.`;

/** What was asked for, and what is true of the person afterwards. What does it is loaded to do it: usage is told at once. */
interface Asked {
  person: string;
  state: string;
  run(config: CommandConfig, logger: Logger): Promise<'changed' | 'as before' | 'no such account'>;
}

function read(): Asked | null {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { lift: { type: 'boolean', default: false } },
  });
  const [command, person, role, ...rest] = positionals;
  const { lift: isLifted } = values;
  if (!person || rest.length > 0) return null;
  if (command === 'suspend' && role === undefined) {
    return {
      person,
      state: isLifted ? 'not suspended' : 'suspended',
      async run(config, logger) {
        const { suspendPerson } = await import('./commands/suspend.ts');
        return suspendPerson(config, logger, person, { isLifted });
      },
    };
  }
  if (isLifted) return null;
  if (command === 'grant' && role !== undefined && isRole(role)) {
    return {
      person,
      state: `of the role ${role}`,
      async run(config, logger) {
        const { grantRole } = await import('./commands/grant.ts');
        return grantRole(config, logger, person, role);
      },
    };
  }
  return command === 'reset-second-factor' && role === undefined
    ? {
        person,
        state: 'without a second factor',
        async run(config, logger) {
          const { resetLostSecondFactor } = await import('./commands/reset-second-factor.ts');
          return resetLostSecondFactor(config, logger, person);
        },
      }
    : null;
}

/** Of the exit: 0 done, 1 there is no such account, 2 it could not be done, 3 bad input. */
async function run(): Promise<number> {
  const asked = read();
  if (!asked) {
    console.error(usage);
    return 3;
  }
  const { person, state } = asked;
  const [{ createLogger }, { readCommandConfig }] = await Promise.all([
    import('@murmuration/service-kit'),
    import('./config.ts'),
  ]);
  const config = readCommandConfig();
  const outcome = await asked.run(config, createLogger('user-command', config.LOG_LEVEL));
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
