import {
  dropPutAside,
  listPutAside,
  retryPutAside,
  showDeadLetter,
  showDirtyAggregate,
  type Which,
} from '@murmuration/events';
import { readConfig, setting } from '@murmuration/config';
import { Command } from 'commander';
import { createTimelinePool } from './database/pool.ts';
import { consumerNames } from './feeds.ts';

/**
 * `node src/dead-letters.ts list | show | retry | drop`: what the projection could not apply and put aside. Needs
 * only TIMELINE_DATABASE_URL. Exits with 1 when there is nothing of what is named, and with 3 when it cannot be named so.
 */
const { TIMELINE_DATABASE_URL: url } = readConfig({ TIMELINE_DATABASE_URL: setting.postgresUrl() });
const pool = createTimelinePool({
  url,
  poolSize: 1,
  applicationName: 'timeline-dead-letters',
  onError: (error) => console.error(error.message),
});

const program = new Command('dead-letters').description('What the projection could not apply and put aside');

program
  .command('list')
  .description('letters, newest first, and aggregates that still have to be fetched anew')
  .action(async () => {
    const { letters, dirty } = await listPutAside(pool);
    console.table(letters);
    console.table(dirty);
  });

program
  .command('show <feed> <what>')
  .description('one letter by the number of its event, or one dirty aggregate by its name')
  .action(async (feed: string, what: string) => {
    const { aggregate, eventId = '' } = which(feed, what);
    report(
      aggregate === undefined
        ? await showDeadLetter(pool, feed, eventId)
        : await showDirtyAggregate(pool, feed, aggregate),
    );
  });

program
  .command('retry <feed> [what]')
  .description('has everything of a feed, the aggregate of one letter, or one aggregate fetched anew at once')
  .action(async (feed: string, what?: string) => {
    const { letters, aggregates } = await retryPutAside(pool, which(feed, what));
    count(
      aggregates,
      `${times(aggregates, 'aggregate')} will be fetched anew, ${times(letters, 'letter')} let go`,
    );
  });

program
  .command('drop <feed> [what]')
  .description('lets all letters of a feed or one letter go, or one aggregate stay as it is')
  .action(async (feed: string, what?: string) => {
    const { letters, aggregates } = await dropPutAside(pool, which(feed, what));
    count(
      letters + aggregates,
      `${times(letters, 'letter')} and ${times(aggregates, 'dirty aggregate')} dropped`,
    );
  });

/** An event's number names a letter; `kind/id`, as `list` shows it, an aggregate. */
function which(feed: string, what: string | undefined): Which {
  if (!consumerNames.some((name) => name === feed))
    program.error(`Unknown feed "${feed}". Known: ${consumerNames.join(', ')}.`, { exitCode: 3 });
  if (what === undefined) return { feed };
  if (/^\d{1,18}$/.test(what)) return { feed, eventId: what };
  if (/^[a-z_]+\/\S+$/.test(what)) return { feed, aggregate: what };
  return program.error(`"${what}" is neither the number of an event nor an aggregate like follow/1:2.`, {
    exitCode: 3,
  });
}

function report(found: Record<string, unknown> | null): void {
  if (found) console.log(JSON.stringify(found, null, 2));
  else {
    console.error('There is no such thing.');
    process.exitCode = 1;
  }
}

function times(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

function count(many: number, what: string): void {
  console.log(what);
  if (many === 0) process.exitCode = 1;
}

try {
  await program.parseAsync();
} finally {
  await pool.end();
}
