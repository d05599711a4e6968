import type { LogHead } from '../log/head.ts';
import type { LogEvent } from '../log/log-event.ts';

/** The one channel that carries the log to every process that serves live streams. */
export const firehoseChannel = 'timeline:log';

/** What travels: some events in order, or none, with where the log ends. */
export interface FirehoseMessage {
  head: LogHead;
  events: LogEvent[];
}

const idFields = new Set(['seq', 'authorId', 'entryId', 'subjectId', 'id', 'replyToAuthorId']);

/** Ids travel as decimal text, for JSON numbers lose digits. */
export function encodeFirehose(message: FirehoseMessage): string {
  return JSON.stringify(message, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

/** Null for what is no message of this version. */
export function decodeFirehose(text: string): FirehoseMessage | null {
  try {
    const message = JSON.parse(text, (key, value: unknown) => {
      if (idFields.has(key) && typeof value === 'string') return BigInt(value);
      return key === 'mentionedIds' && Array.isArray(value) ? value.map(BigInt) : value;
    }) as FirehoseMessage;
    return typeof message.head?.seq === 'bigint' && Array.isArray(message.events) ? message : null;
  } catch {
    return null;
  }
}
