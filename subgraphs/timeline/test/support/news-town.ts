import { openLive } from './live.ts';
import { openNews } from './news.ts';
import { createTown } from './town.ts';

/** A town of so many people, of whom each test takes its own, whose notifications are made and told live. */
export async function openNewsTown(people: number) {
  const town = createTown(people);
  const rest = [...town.people];
  const live = await openLive(town);
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  return {
    town,
    live,
    news: openNews(live),
    /** The newest post. */
    newest: () => town.posts().at(-1)?.id ?? 0n,
    /** People whom no other test has anything to do with. */
    take: (count: number) => rest.splice(0, count) as [bigint, bigint, bigint, bigint],
  };
}

export type NewsTown = Awaited<ReturnType<typeof openNewsTown>>;
