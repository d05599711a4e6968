import type { InternalClient } from '@murmuration/service-kit';
import type { UserId } from '@murmuration/ids';
import { linkTo, type MailText, textOf } from '../mail/compose.ts';
import type { Statements } from '../statements.ts';
import { digestLimits } from './limits.ts';
import { type DigestPeriod, findHandles, readDigestPeriod } from './repository.ts';
import type { UnsubscribeTokens } from './tokens.ts';

/** Where `timeline` says what somebody has not seen. */
export const digestPath = '/internal/digest';

/** What many did, of one kind. */
interface Told {
  kind: string;
  count: number;
  /** Some of those who did it, as decimal text. */
  actorIds: string[];
}

export interface DigestMail extends MailText {
  /** The token by which there are no more of them. */
  token: string;
}

export type ComposeDigest = (mail: {
  accountId: UserId;
  handle: string;
  createdAt: Date;
}) => Promise<DigestMail | null>;

const periodMs = { day: 86_400_000, week: 7 * 86_400_000 } as const satisfies Record<DigestPeriod, number>;

/**
 * What a mail says of what somebody has not seen; null when there is nothing, or they want none any more. `timeline` says what was done, by
 * whom they may see now; names are this subgraph's own. What people wrote stays where it is: mails are read by others.
 * @throws when `timeline` does not answer
 */
export function createComposeDigest(options: {
  database: Statements;
  timeline: Pick<InternalClient, 'call'>;
  tokens: UnsubscribeTokens;
  appUrl: string;
}): ComposeDigest {
  const { appUrl, database, timeline, tokens } = options;
  return async ({ accountId, createdAt, handle }) => {
    const period = await readDigestPeriod(database, accountId);
    if (period === null) return null;
    const body = { viewerId: accountId.toString(), sinceMs: createdAt.getTime() - periodMs[period] };
    const { told } = await timeline.call<{ told: Told[] }>({ method: 'POST', path: digestPath, body });
    if (told.length === 0) return null;
    const handles = await findHandles(
      database,
      told.flatMap(({ actorIds }) => actorIds.map(BigInt)),
    );
    const token = tokens.make(accountId);
    const lines = told.flatMap(({ actorIds, count, kind }) => {
      const others = actorIds.filter((id) => BigInt(id) !== accountId);
      const names = others.flatMap((id) => handles.get(BigInt(id)) ?? []).map((name) => `@${name}`);
      // Of one's own polls one is told, too.
      if (others.length < actorIds.length) names.unshift('you');
      return lineOf(kind, names.slice(0, digestLimits.named), count);
    });
    return {
      subject: 'What happened while you were away',
      text: textOf(handle, [
        lines.join('\n'),
        `Read more: ${appUrl.replace(/\/$/, '')}/notifications`,
        `You asked for this mail. No more of them: ${linkTo(appUrl, 'stop-digests', token)}`,
      ]),
      token,
    };
  };
}

/** What they did, by the name that `timeline` has for it; a kind that is newer than this says it in general. */
const deeds: Readonly<Record<string, string>> = {
  follow: 'followed you',
  request: 'asked to follow you',
  accepted: 'let you follow them',
  like: 'liked what you said',
  repost: 'reposted what you said',
  reply: 'answered you',
  mention: 'mentioned you',
  quote: 'quoted you',
  poll: 'asked something in a poll that has ended',
};

/** `@anna, @ben and 12 others liked what you said`. */
export function lineOf(kind: string, names: readonly string[], count: number): string {
  const others = Math.max(count - names.length, 0);
  const rest = names.length === 0 ? people(others) : others === 1 ? '1 other' : `${others} others`;
  const all = others > 0 ? [...names, rest] : [...names];
  const who = all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : (all[0] ?? '');
  return `- ${who} ${deeds[kind] ?? 'did something that concerns you'}`;
}

function people(count: number): string {
  return count === 1 ? 'Somebody' : `${count} people`;
}
