import type { Identity } from '@murmuration/service-kit';
import type { Platform } from './platform.ts';

/** A person of the cast, made through the public API. */
export interface Actor {
  id: string;
  handle: string;
  refreshToken: string;
  accessToken: string;
  identity: Identity;
  run(query: string, variables?: Record<string, unknown>): ReturnType<Platform['run']>;
  /** Runs a mutation of relations about somebody; answers the names of its errors. */
  to(mutation: string, whom: { id: string }): Promise<string[]>;
}

export const password = 'murmuration';

const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) {
  user { id handle } accessToken refreshToken errors { __typename message ... on ValidationError { field } } } }`;

interface Session {
  user: { id: string; handle: string };
  accessToken: string;
  refreshToken: string;
}

export async function enter(platform: Platform, handle: string): Promise<Actor> {
  const input = { handle, email: `${handle}@example.org`, password };
  const { data } = await platform.run(signUp, { input });
  const session = data?.['signUp'] as Session;
  if (!session.user) throw new Error(`${handle} could not sign up: ${JSON.stringify(data)}`);
  return actorOf(platform, session);
}

export function actorOf(platform: Platform, session: Session): Actor {
  const identity: Identity = {
    kind: 'viewer',
    subject: session.user.id,
    session: session.refreshToken.split('.')[0] ?? '',
  };
  const run: Actor['run'] = (query, variables) => platform.run(query, variables, identity);
  return {
    ...session.user,
    refreshToken: session.refreshToken,
    accessToken: session.accessToken,
    identity,
    run,
    async to(mutation, whom) {
      const query = `mutation ($id: ID!) { change: ${mutation}(input: { userId: $id }) { user { id } errors { __typename } } }`;
      const { data, errors } = await run(query, { id: whom.id });
      if (errors) throw new Error(JSON.stringify(errors));
      const change = data?.['change'] as { errors: { __typename: string }[] };
      return change.errors.map((error) => error.__typename);
    },
  };
}

/** Alice, Bob and Carol. */
export async function createCast(platform: Platform): Promise<{ alice: Actor; bob: Actor; carol: Actor }> {
  const [alice, bob, carol] = await Promise.all(
    ['alice', 'bob', 'carol'].map((handle) => enter(platform, handle)),
  );
  if (!alice || !bob || !carol) throw new Error('the cast is not complete');
  return { alice, bob, carol };
}
