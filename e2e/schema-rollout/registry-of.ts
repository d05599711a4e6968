import { readFileSync } from 'node:fs';
import { openRegistryKeys } from '@murmuration/dev';
import type { Story } from '../support/stack.ts';

export interface PublicationAnswer {
  status: string;
  id?: number;
  report?: {
    changes: {
      coordinate: string;
      type: string;
      usage: { operations?: { name: string; clients: string[]; lastAt: string }[] };
    }[];
  };
}

/** The registry of a story, as its owner reaches it. */
export interface StoryRegistry {
  url: string;
  /** Of its pages, which are open to this machine. */
  pages: string;
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Publishes the graph with this change to the SDL of `user`. */
  publishUser(change: (sdl: string) => string): Promise<PublicationAnswer>;
  rollBack(id: number): Promise<PublicationAnswer>;
  /** Tells what a gateway would have that ran for all days that checks look at, and was asked nothing. */
  tellOfQuietDays(): Promise<void>;
}

export const userSdl = readFileSync(new URL('../../subgraphs/user/schema.graphql', import.meta.url), 'utf8');

/** As the workspace was published: without its contracts they would be taken back. */
const config = {
  subgraphs: '*',
  // The gateway serves no graph that says who may ask.
  compose: { accessRules: 'strip' },
  contracts: { public: { exclude: ['internal'] } },
  lint: { default: 'ignore' },
  usage: { windowDays: 5 },
};

export function registryOf({ processes, stateFolder }: Story): StoryRegistry {
  const url = processes.get('registry')?.url ?? '';
  const user = processes.get('user')?.url ?? '';
  const { adminToken } = openRegistryKeys(stateFolder);
  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}/v1/graphs/murmuration${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Answer;
  };
  return {
    url,
    pages: `${url}/graphs/murmuration`,
    ask,
    publishUser: (change) => {
      const given = [{ name: 'user', url: `${user}/graphql`, sdl: change(userSdl) }];
      const edit = { kind: 'some', given, deleted: [], known: [], isNew: false };
      return ask('POST', '/publications', { config, edit, by: 'alice', message: 'a roll-out' });
    },
    rollBack: (id) => ask('POST', '/rollbacks', { config, id, by: 'alice', message: 'back' }),
    async tellOfQuietDays() {
      const dayMs = 86_400_000;
      await ask('POST', '/usage', {
        version: 1,
        reporter: 'of-the-days-before',
        sequence: 1,
        gateway: { name: 'of-the-days-before', supergraph: '0'.repeat(16) },
        window: { ageMs: 0, durationMs: (config.usage.windowDays + 1) * dayMs },
        lost: 0,
        operations: [],
        uses: [],
      });
    },
  };
}

/** The SDL without a field that has a description of one line. */
export function without(sdl: string, field: string): string {
  return sdl.replace(new RegExp(`^ {2}"[^"]*"\\n {2}${field}: .*\\n`, 'm'), '');
}

/** The SDL with a field more, behind another one. */
export function withField(sdl: string, behind: string, field: string): string {
  return sdl.replace(new RegExp(`^ {2}${behind}: .*\\n`, 'm'), (line) => `${line}  ${field}\n`);
}
