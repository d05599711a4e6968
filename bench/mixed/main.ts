/**
 * How much of a social network's mix of requests does the whole graph carry? `pnpm bench mixed [--graph file]
 * [--from n] [--step n] [--to n] [--seconds n] [--json file]`
 *
 * DeathStarBench's mix (60 % home, 30 % profile, 10 % compose) by people of a real follow graph. First each kind alone,
 * closed loop: what it costs, and what the mix could reach at most by that. Then the mix, open loop: requests come at
 * a rate, whatever became of those before. The rate is raised until the slowest hundredth takes longer than a second: the
 * knee is the highest rate below that is answered as fast as it comes. At 70 % of it: how long requests take, and how long until a post is in the homes of
 * all of its author's followers who are signed in.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measure } from '../measure.ts';
import { caughtUp } from '../posts/caught-up.ts';
import { timesOf } from '../times.ts';
import { openTown, query } from '../town.ts';
import { circlesOf, watchArrivals } from './arrivals.ts';
import { atRate } from './at-rate.ts';
import { bodiesOf, kinds, mixOf } from './mix.ts';
import { showCosts, showRates } from './show.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
    from: { type: 'string', default: '200' },
    step: { type: 'string', default: '50' },
    to: { type: 'string', default: '1200' },
    seconds: { type: 'string', default: '8' },
    json: { type: 'string' },
  },
});
const [from, step, to, seconds] = [values.from, values.step, values.to, values.seconds].map(Number) as [
  number,
  number,
  number,
  number,
];
const kneeP99Ms = 1_000;
/** Of what is offered, what must be answered within the same seconds: else a queue grows, and the rate is not carried. */
const shareAnswered = 0.98;
const shareOfKnee = 0.7;

const town = await openTown({ graphFile: values.graph, postsCount: 5_000 });
try {
  const { people, stack } = town;
  const bodies = bodiesOf(await handlesOf(stack.databaseUrls.user));
  const next = mixOf(people, bodies);
  const closed = { connections: 8, warmUpSeconds: 8, seconds };

  const costs = [];
  for (const kind of kinds) {
    costs.push(await measure(town, { ...closed, what: kind, body: bodies[kind] }));
    // What the next one measures is not to pay for what this one left behind.
    await caughtUp(stack);
  }
  const mix = await measure(town, { ...closed, what: 'mix', body: (i) => next(i).body });
  await caughtUp(stack);
  console.log(`\n${town.summary}\n`);
  showCosts(costs, mix);

  const rates = [];
  for (let rate = from; rate <= to; rate += step) {
    const measured = await atRate(stack, next, rate, seconds);
    rates.push(measured);
    await caughtUp(stack);
    if (measured.p99Ms > kneeP99Ms) break;
  }
  const knee = rates.findLast(
    ({ perSecond, answeredPerSecond, p99Ms }) =>
      p99Ms <= kneeP99Ms && answeredPerSecond >= shareAnswered * perSecond,
  )?.perSecond;
  if (knee === undefined) throw new Error(`Even ${from}/s is too much: ${JSON.stringify(rates[0])}`);

  const circles = circlesOf(people, await followsOf(stack.databaseUrls.user));
  const arrivals: number[] = [];
  const calm = await atRate(stack, next, shareOfKnee * knee, 3 * seconds);
  // Apart from that: looking for arrivals is load as well.
  const watched = await atRate(stack, next, shareOfKnee * knee, 3 * seconds, async (endsMs) => {
    arrivals.push(...(await watchArrivals(stack, circles, endsMs)));
  });

  showRates(rates, knee, calm);
  const { p50Ms, p99Ms } = timesOf(arrivals);
  console.log(
    `A post in the homes of all followers (${arrivals.length} posts, ${circles.length} authors): p50 ${p50Ms.toFixed(0)}, p99 ${p99Ms.toFixed(0)} ms after its acknowledgement, while requests took p99 ${watched.p99Ms.toFixed(0)} ms.`,
  );
  if (values.json)
    writeFileSync(values.json, JSON.stringify({ costs, mix, rates, knee, calm, watched, arrivals }, null, 2));
} finally {
  await town.close();
}

async function handlesOf(connectionString: string): Promise<string[]> {
  const rows = await query<{ handle: string }>(
    connectionString,
    'SELECT handle FROM account ORDER BY id LIMIT 500',
  );
  return rows.map(({ handle }) => handle);
}

function followsOf(connectionString: string): Promise<{ follower: string; followee: string }[]> {
  return query(
    connectionString,
    `SELECT follower_id::text AS follower, followee_id::text AS followee FROM follow WHERE state = 'active'`,
  );
}
