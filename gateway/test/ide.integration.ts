import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let neighbours: RunningSubgraph;
let graph: TestGraph;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
  const file = join(folder, 'examples.graphql');
  await writeFile(
    file,
    `# Who am I?
query Me { me }

# One of them.
# variables: { "note": "kept" }
# fill id: { neighbour(id: "2") { id } }
query One($id: ID!) { neighbour(id: $id) { name } }

# Belongs to another graph.
query Elsewhere { nothingHere }

mutation SignInAsAda { rename(id: "1", name: "Ada") { name } }
`,
  );
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([neighbours], { IDE_EXAMPLES_FILE: file });
});
afterAll(async () => {
  await graph.stop();
  await neighbours.server.app.close();
  await rm(folder, { recursive: true });
});

describe('the IDE page', () => {
  it('refers to nothing outside, and its policy would not let it', async () => {
    const answer = await fetch(`${graph.url}/`);
    const html = await answer.text();
    expect(html).toContain('window.startIde(');
    expect(html.match(/<(script|link|img|iframe)[^>]+(src|href)\s*=\s*["'](https?:|\/)/g)).toBeNull();
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
  });

  it('is sent once to a browser that keeps it', async () => {
    const etag = (await fetch(`${graph.url}/`)).headers.get('etag') ?? '';
    expect((await fetch(`${graph.url}/`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('offers the ready queries that fit this graph, their ids looked up', async () => {
    const examples = await (await fetch(`${graph.url}/ide/examples`)).json();
    expect(examples).toEqual([
      expect.objectContaining({ name: 'Me', query: expect.stringContaining('# Who am I?') }),
      expect.objectContaining({ name: 'One', variables: JSON.stringify({ note: 'kept', id: '2' }, null, 2) }),
      expect.objectContaining({ name: 'SignInAsAda', isSignIn: true }),
    ]);
  });
});
