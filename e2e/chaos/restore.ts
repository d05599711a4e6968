import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  makeScratchFolder,
  type PostgresServer,
  removeScratchFolder,
  startPostgres,
  startStack,
} from '@murmuration/dev';
import pg from 'pg';
import { archiveEverything, archiveIn, restore as restoreServer, takeBackup } from '../restore/backup.ts';
import { watchHome } from '../support/watch-home.ts';
import { gather, letAct } from './crowd.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';
import { settled } from './settled.ts';
import { brokenPromises, expectedHomes } from './truth.ts';
import { readHome } from '../support/read-home.ts';

const people = 8;
const pauseMs = 120;
/** How long a client may be without its stream before it hears that it must fetch again. */
const toldWithinMs = 20_000;

/** A Postgres with an archive of its own, that can be set back to a moment. */
interface Restorable {
  server: PostgresServer;
  /** Ends it as a crash would, and has a copy of `until` on its port. */
  setBack(until: string): Promise<void>;
}

/**
 * While people read and write, the databases of `user` and `post` are lost and set back to a moment of some seconds
 * ago, and then that of `timeline` alone. Each time homes end at what the oracle says of the truth there is, and whoever
 * listens is told to fetch again, once each time.
 */
export async function restore({ seconds, seed, log }: ChaosOptions): Promise<ChaosResult> {
  const scratch = await makeScratchFolder();
  // The server's own account must reach the archives inside.
  chmodSync(scratch, 0o711);
  const truth = await startRestorable(path.join(scratch, 'truth'));
  const projection = await startRestorable(path.join(scratch, 'projection'));
  const databaseUrls = {
    user: truth.server.url('user'),
    post: truth.server.url('post'),
    timeline: projection.server.url('timeline'),
  };
  const stack = await startStack({ databaseUrls });
  try {
    const members = await gather(`${stack.url}/graphql`, people, seed);
    const watches = await Promise.all(
      members.map(async (member) => {
        const { homeTimeline } = await member.ask<{ homeTimeline: { liveCursor: string } }>(
          '{ homeTimeline(first: 1) { liveCursor } }',
        );
        return watchHome(`${stack.url}/graphql`, member, homeTimeline.liveCursor);
      }),
    );
    const wrong: string[] = [];
    const resetsOf = () =>
      watches.map((watch) => watch.wrong.filter((event) => event.includes('"Reset"')).length);
    const settingsOf = (...names: (keyof typeof databaseUrls)[]) =>
      Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, databaseUrls[name]]));

    async function lose(
      what: Restorable,
      processes: string[],
      settings: Record<string, string>,
    ): Promise<void> {
      const crowd = letAct(members, seed + wrong.length, pauseMs);
      await sleep(seconds * 300);
      const until = await now(what.server.url('postgres'));
      await sleep(seconds * 300);
      const before = resetsOf();
      log(`loses what was written since ${until}`);
      await Promise.all(processes.map((name) => stack.kill(name)));
      await what.setBack(until);
      execFileSync(process.execPath, ['prisma/src/cli.ts', 'restored'], {
        env: { ...process.env, ...settings },
        stdio: 'pipe',
      });
      await Promise.all(processes.map((name) => stack.start(name)));
      await sleep(seconds * 300);
      await crowd.stop();
      const broken = await settled(stack, async (source) => {
        const expected = await expectedHomes(source, members);
        const found: string[] = [];
        for (const member of members) {
          const home = await readHome(member, 50);
          const isEqual = JSON.stringify(home) === JSON.stringify(expected.get(member.handle));
          if (!isEqual) found.push(`the home of ${member.handle} is not the oracle's`);
        }
        // What was acknowledged after the moment is lost, and its likes and counts with it: only counters must count.
        const counters = await brokenPromises(source, {
          ...crowd,
          posts: new Map(),
          likes: new Map(),
          relations: new Map(),
          votes: new Map(),
        });
        return [...found, ...counters];
      });
      wrong.push(...broken);
      const toldSince = () => resetsOf().map((count, index) => count - (before[index] ?? 0));
      const toldUntil = Date.now() + toldWithinMs;
      while (toldSince().includes(0) && Date.now() < toldUntil) await sleep(250);
      const resets = toldSince();
      if (resets.includes(0)) wrong.push('somebody was not told to fetch again');
      log(`${crowd.acknowledged} writes acknowledged on the way; resets a client: ${resets.join(' ')}`);
      if (resets.some((count) => count > 1)) wrong.push(`told to fetch again ${Math.max(...resets)} times`);
    }

    await lose(truth, ['user', 'post'], settingsOf('user', 'post'));
    await lose(projection, ['timeline', 'timeline-worker'], settingsOf('timeline'));
    const withoutContent = watches.flatMap((watch) =>
      watch.wrong.filter((event) => event.includes('"node":null')),
    );
    log(`${withoutContent.length} posts were told of without their content`);
    await Promise.all(watches.map((watch) => watch.stop()));
    return { wrong, figures: { people, withoutContent: withoutContent.length } };
  } finally {
    await stack.stop();
    await truth.server.remove();
    await projection.server.remove();
    await removeScratchFolder(scratch);
  }
}

async function startRestorable(folder: string): Promise<Restorable> {
  const { archive, settings } = archiveIn(`${folder}-backups`);
  const stateFolder = folder;
  const restorable = {
    server: await startPostgres({ stateFolder, settings: { fsync: 'off', ...settings } }),
    async setBack(until: string) {
      await archiveEverything(restorable.server, archive);
      const { port } = restorable.server;
      await restorable.server.kill();
      restorable.server = await restoreServer({
        backup: path.join(`${folder}-backups`, 'base'),
        archive,
        until,
        port,
        stateFolder: `${folder}-restored`,
        passwordFile: path.join(stateFolder, 'postgres.password'),
      });
    },
  };
  await takeBackup(restorable.server, stateFolder, path.join(`${folder}-backups`, 'base'));
  return restorable;
}

async function now(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
  await client.end();
  return rows[0]?.now ?? '';
}
