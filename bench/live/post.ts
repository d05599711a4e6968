import { Agent, request } from 'undici';
import { textOf } from './protocol.ts';
import type { BenchPerson } from './people.ts';

const agent = new Agent({ connections: 32 });
const query =
  'mutation Post($text: String!) { createPost(input: { text: $text }) { post { id } errors { message } } }';

/** Posts the event as its author. @throws when it is not acknowledged */
export async function post(url: string, author: BenchPerson, place: number, event: number): Promise<void> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${author.token}` },
    body: JSON.stringify({ query, variables: { text: textOf(place, event) } }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || text.includes('"message"')) throw new Error(`not posted: ${text}`);
}
