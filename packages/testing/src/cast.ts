import { randomBytes } from 'node:crypto';
import { createGraphClient, type GraphClient } from './graph-client.ts';
import { untilLetIn } from './turned-away.ts';

/** Somebody in a test's story, signed up through the public API. */
export interface Member extends GraphClient {
  id: string;
  handle: string;
  /** Good for ten minutes from the last time they signed in. */
  readonly accessToken: string;
  /** Of the session that they signed up with. */
  refreshToken: string;
  /** Begins another session: what they send from now on is of that one. */
  signInAgain(): Promise<void>;
  follow(other: Member): Promise<void>;
  block(other: Member): Promise<void>;
  /** Posts and returns the post's id. */
  post(
    text: string,
    input?: {
      replyToId?: string;
      quotedId?: string;
      visibility?: string;
      idempotencyKey?: string;
      poll?: { options: string[]; durationMinutes: number };
    },
  ): Promise<string>;
}

export const castPassword = 'correct horse battery staple';

interface SessionAnswer {
  signUp: {
    user: { id: string } | null;
    accessToken: string;
    refreshToken: string;
    errors: { __typename: string; message: string }[];
  };
}

/** Signs people up on the graph at `url`; handles get a tail, so that stories can share a database. */
export async function signUpCast<Name extends string>(
  url: string,
  names: readonly Name[],
): Promise<Record<Name, Member>> {
  const tail = randomBytes(3).toString('hex');
  const members = await Promise.all(names.map((name) => signUp(url, `${name}_${tail}`)));
  return Object.fromEntries(names.map((name, index) => [name, members[index]])) as Record<Name, Member>;
}

function signUpOrWait(url: string, input: object): Promise<SessionAnswer['signUp']> {
  return untilLetIn(async () => {
    const answer = await createGraphClient(url).ask<SessionAnswer>(
      `mutation ($input: SignUpInput!) {
        signUp(input: $input) { user { id } accessToken refreshToken errors { __typename message } } }`,
      { input },
    );
    return answer.signUp;
  });
}

async function signUp(url: string, handle: string): Promise<Member> {
  const input = { handle, email: `${handle}@example.org`, password: castPassword, displayName: handle };
  const session = await signUpOrWait(url, input);
  if (!session.user) throw new Error(`${handle} could not sign up: ${JSON.stringify(session.errors)}`);
  let { accessToken } = session;
  const client = createGraphClient(url, () => accessToken);
  const relate = async (mutation: 'followUser' | 'blockUser', other: Member) => {
    const answer = await client.ask<Record<string, { errors: { message: string }[] }>>(
      `mutation ($id: ID!) { ${mutation}(input: { userId: $id }) { errors { message } } }`,
      { id: other.id },
    );
    const errors = answer[mutation]?.errors ?? [];
    if (errors.length > 0)
      throw new Error(`${handle} could not ${mutation} ${other.handle}: ${errors[0]?.message}`);
  };
  return {
    ...client,
    id: session.user.id,
    handle,
    get accessToken() {
      return accessToken;
    },
    refreshToken: session.refreshToken,
    async signInAgain() {
      const { logIn } = await createGraphClient(url).ask<{
        logIn: { accessToken: string | null; errors: { message: string }[] };
      }>(`mutation ($input: LogInInput!) { logIn(input: $input) { accessToken errors { message } } }`, {
        input: { handleOrEmail: handle, password: castPassword },
      });
      if (!logIn.accessToken) throw new Error(`${handle} could not sign in: ${logIn.errors[0]?.message}`);
      accessToken = logIn.accessToken;
    },
    follow: (other) => relate('followUser', other),
    block: (other) => relate('blockUser', other),
    async post(text, input = {}) {
      const { createPost } = await client.ask<{
        createPost: { post: { id: string } | null; errors: { message: string }[] };
      }>(
        `mutation ($input: CreatePostInput!) { createPost(input: $input) { post { id } errors { message } } }`,
        { input: { text, ...input } },
      );
      if (!createPost.post) throw new Error(`${handle} could not post: ${createPost.errors[0]?.message}`);
      return createPost.post.id;
    },
  };
}
