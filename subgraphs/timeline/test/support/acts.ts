import fc from 'fast-check';
import type { IncomingChange } from '../../src/ingest/changes.ts';
import type { Town } from './town.ts';

/** Something that somebody does. Numbers choose among whoever and whatever is there. */
export interface Act {
  kind: (typeof kinds)[number];
  who: number;
  whom: number;
  what: number;
}

/** Named as often as they should happen. */
const kinds = [
  ...(['post', 'post', 'post', 'post', 'reply', 'reply', 'repost', 'repost', 'repost'] as const),
  ...([
    'follow',
    'follow',
    'follow',
    'follow',
    'unfollow',
    'undoRepost',
    'remove',
    'block',
    'unblock',
  ] as const),
  ...(['mute', 'unmute', 'private', 'suspend', 'whisper', 'mention'] as const),
];

export function actsOf(people: number, length: number): fc.Arbitrary<Act[]> {
  const act = fc.record({
    kind: fc.constantFrom(...kinds),
    who: fc.nat(people - 1),
    whom: fc.nat(people - 1),
    what: fc.nat(1_000),
  });
  return fc.array(act, { minLength: length / 2, maxLength: length, size: 'max' });
}

export function act(town: Town, { kind, who, whom, what }: Act): IncomingChange[] {
  const [a = 0n, b = 0n] = [town.people[who], town.people[whom]];
  const posts = town.posts();
  const post = posts[posts.length - 1 - (what % Math.max(posts.length, 1))]?.id ?? 0n;
  switch (kind) {
    case 'post':
      return town.post(a);
    case 'reply':
      return town.reply(a, post);
    case 'repost':
      return town.repost(a, post);
    case 'undoRepost':
      return town.undoRepost(a, post);
    case 'remove':
      return town.remove(post);
    case 'follow':
      return town.follow(a, b);
    case 'unfollow':
      return town.unfollow(a, b);
    case 'block':
    case 'unblock':
      return town.block(a, b, kind === 'block');
    case 'mute':
    case 'unmute':
      return town.mute(a, b, kind === 'mute');
    case 'private':
      return town.setAccount(a, { isPrivate: what % 2 === 0 });
    case 'suspend':
      return town.setAccount(a, { isSuspended: what % 3 === 0 });
    case 'whisper':
      return town.post(a, { visibility: 'followers' });
    case 'mention':
      return town.post(a, { visibility: 'mentioned', mentionedIds: [b] });
    default:
      return kind satisfies never;
  }
}
