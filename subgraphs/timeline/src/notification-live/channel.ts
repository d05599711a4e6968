/** The one channel that names to every process that serves streams what was told; it carries places and ids only. */
export const notificationChannel = 'timeline:notifications';

/** A notification that is new, or grew. */
export interface Touched {
  id: bigint;
  recipientId: bigint;
  place: bigint;
}

/** What one transaction told, between two places. */
export interface NotificationMessage {
  /** The life of the database in which it told so. */
  incarnation: string;
  after: bigint;
  head: bigint;
  /** All of it in the order of places; null where it is too much to name. */
  touched: Touched[] | null;
}

/** Ids travel as decimal text, for JSON numbers lose digits. */
export function encodeMessage({ incarnation, after, head, touched }: NotificationMessage): string {
  const told = touched?.map(({ id, place, recipientId }) => [String(id), String(recipientId), String(place)]);
  return JSON.stringify({ incarnation, after: String(after), head: String(head), touched: told ?? null });
}

/** Null for what is no message of this version. */
export function decodeMessage(text: string): NotificationMessage | null {
  try {
    const { incarnation, after, head, touched } = JSON.parse(text) as Record<
      'incarnation' | 'after' | 'head',
      string
    > & {
      touched: [string, string, string][] | null;
    };
    return {
      incarnation: String(incarnation),
      after: BigInt(after),
      head: BigInt(head),
      touched:
        touched?.map(([id, recipientId, place]) => ({
          id: BigInt(id),
          recipientId: BigInt(recipientId),
          place: BigInt(place),
        })) ?? null,
    };
  } catch {
    return null;
  }
}
