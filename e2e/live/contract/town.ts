import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '@murmuration/testing';
import { importJWK, SignJWT } from 'jose';
import type { Story } from '../../support/stack.ts';

export async function liveCursorOf(member: Member): Promise<string> {
  const { homeTimeline } = await member.ask<{ homeTimeline: { liveCursor: string } }>(
    '{ homeTimeline(first: 1) { liveCursor } }',
  );
  return homeTimeline.liveCursor;
}

/** An access token of the member's session that ends in some seconds, as `user` would sign it. */
export async function shortToken(story: Story, member: Member, seconds: number): Promise<string> {
  const [jwk] = JSON.parse(story.env['JWT_SIGNING_KEYS'] ?? '[]') as { kid: string }[];
  const [, claims = ''] = member.accessToken.split('.');
  const { sid, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, string>;
  return new SignJWT({ sid })
    .setProtectedHeader({ alg: 'EdDSA', kid: jwk?.kid ?? '', typ: 'at+jwt' })
    .setSubject(sub ?? '')
    .setIssuer('murmuration')
    .setAudience('murmuration')
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .sign(await importJWK(jwk ?? {}, 'EdDSA'));
}

/** Posts what it says until it is there, whatever goes away meanwhile; once, by its key. */
export async function postSurely(member: Member, text: string): Promise<void> {
  for (;;) {
    try {
      await member.post(text, { idempotencyKey: text });
      return;
    } catch {
      await sleep(50);
    }
  }
}

/** The value of a gauge of a process, by its labels' text; 0 where it was never set. */
export async function gaugeOf(story: Story, process: string, gauge: string): Promise<number> {
  const text = await (await fetch(story.processes.get(process)?.metricsUrl ?? '')).text();
  const line = text.split('\n').find((one) => one.startsWith(`${gauge} `));
  return Number(line?.split(' ')[1] ?? 0);
}
