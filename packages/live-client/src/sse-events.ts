export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Reads server-sent events as a gateway writes them: lines end in one newline, and each event has a name. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onHeard: () => void,
): AsyncGenerator<ServerSentEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onHeard();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    // Who leaves early leaves the connection.
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(block: string): ServerSentEvent {
  const found: ServerSentEvent = { event: '', data: '' };
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(event|data): ?(.*)$/.exec(line) ?? [];
    if (name === 'event') found.event = value;
    else if (name === 'data') found.data += value;
  }
  return found;
}
