import { existsSync } from 'node:fs';
import { startTown } from '../town.ts';
import { atRate } from './at-rate.ts';
import { startCrowd } from './crowd.ts';
import { openStreams, signInAll } from './people.ts';
import { showRate } from './show.ts';

const peopleCount = 304;

/** People of a real follow graph with a socket each, who follow each other and post in turn. */
export async function measureReed(graphFile: string, seconds: number): Promise<void> {
  if (!existsSync(graphFile)) return console.log(`no follow graph at ${graphFile}: left out`);
  const { stack, summary } = await startTown({ graphFile, postsCount: 500 });
  const crowd = startCrowd();
  try {
    console.log(summary);
    const people = await signInAll(stack, peopleCount);
    // One hears oneself, too.
    const speakers = people.map((person, place) => ({ person, place, due: person.followers.length + 1 }));
    crowd.expect(speakers.map(({ due }) => due));
    await openStreams(stack, crowd, people);
    await atRate(stack, crowd, speakers, { perSecond: 20, seconds: 5 });
    for (const perSecond of [5, 20, 60]) {
      const measured = await atRate(stack, crowd, speakers, { perSecond, seconds });
      showRate(`${people.length} people of a real graph, ${perSecond} posts/s`, measured);
    }
  } finally {
    crowd.stop();
    await stack.stop();
  }
}
