/**
 * Does log-in go on while strangers sign up? `pnpm bench log-in [--sign-ups n] [--log-ins n]`
 *
 * Log-ins one after the other: on a quiet platform, then each beside so many sign-ups sent at once before it, of handles
 * that are taken and of handles that are free. Each stranger comes from an address of their own, or the limit
 * by address would answer for the lanes. Of meaning are the ratios within one run: a busy machine slows all three.
 */
import { parseArgs } from 'node:util';
import { startStack } from '@murmuration/dev';

const { values } = parseArgs({
  options: { 'sign-ups': { type: 'string', default: '120' }, 'log-ins': { type: 'string', default: '15' } },
});
const signUpsAtOnce = Number(values['sign-ups']);
const logIns = Number(values['log-ins']);
const password = 'murmuration';
const run = Date.now().toString(36);

const stack = await startStack({ processEnv: { gateway: { TRUSTED_PROXIES: '1' } } });
try {
  await signUp(`owner_${run}`);
  for (let i = 0; i < 5; i++) await timeLogIn();
  const quiet = await measure('quiet', async () => ({}));
  let guests = 0;
  for (const [what, handleOf] of [
    ['of taken handles', () => `owner_${run}`],
    ['of free handles', () => `guest_${run}_${guests++}`],
  ] as const) {
    const beside = await measure(`beside ${signUpsAtOnce} sign-ups ${what}`, () => signUps(handleOf));
    console.log(`  ${(beside / quiet).toFixed(1)} times the quiet time`);
  }
} finally {
  await stack.stop();
}

/** @returns the median of the log-ins, in milliseconds */
async function measure(what: string, strangers: () => Promise<Record<string, number>>): Promise<number> {
  const times: number[] = [];
  const answers: Record<string, number> = {};
  for (let i = 0; i < logIns; i++) {
    const answering = strangers();
    // A read that was sent after them and is answered: they have arrived where they wait for their turn.
    await read();
    times.push(await timeLogIn());
    for (const [kind, count] of Object.entries(await answering)) answers[kind] = (answers[kind] ?? 0) + count;
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const others = Object.entries(answers).map(([kind, count]) => `${count} ${kind}`);
  const said = others.length > 0 ? `; the sign-ups: ${others.join(', ')}` : '';
  console.log(`${what}: median ${median.toFixed(0)} ms, longest ${times.at(-1)?.toFixed(0)} ms${said}`);
  return median;
}

/** Sends them all at once. @returns how many were answered how */
async function signUps(handleOf: () => string): Promise<Record<string, number>> {
  const kinds = await Promise.all(Array.from({ length: signUpsAtOnce }, () => signUp(handleOf())));
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}

async function timeLogIn(): Promise<number> {
  const startedMs = performance.now();
  const kind = await ask(
    'mutation ($input: LogInInput!) { done: logIn(input: $input) { accessToken errors { __typename } } }',
    { handleOrEmail: `owner_${run}`, password },
  );
  if (kind !== 'done') throw new Error(`a log-in was answered ${kind}`);
  return performance.now() - startedMs;
}

async function read(): Promise<void> {
  await send(`{ user(handle: "owner_${run}") { id } }`, {});
}

function signUp(handle: string): Promise<string> {
  return ask(
    'mutation ($input: SignUpInput!) { done: signUp(input: $input) { accessToken errors { __typename } } }',
    { handle, email: `${handle}@example.org`, password },
  );
}

interface Answer {
  data?: { done?: { errors: { __typename: string }[] } };
  errors?: { extensions?: { code?: string } }[];
}

/** @returns `done`, or the name of the first error */
async function ask(query: string, input: object): Promise<string> {
  const { data, errors } = await send(query, { input });
  return errors?.[0]?.extensions?.code ?? data?.done?.errors[0]?.__typename ?? 'done';
}

async function send(query: string, variables: object): Promise<Answer> {
  const address = Array.from({ length: 3 }, () => Math.floor(Math.random() * 256)).join('.');
  const answer = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.${address}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await answer.json()) as Answer;
}
