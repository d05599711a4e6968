import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { Agent, ProxyAgent, request } from 'undici';
import { z } from 'zod';
import { pushLimits, type PushLimits } from './limits.ts';
import { outcomeOf, unanswered } from './outcome.ts';
import type { PushMessage, PushOutcome, PushPort } from './port.ts';

/** Who we are at Google. */
export interface FcmAccount {
  email: string;
  keyId: string;
  privateKey: KeyObject;
}

const accountFile = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string(),
});

/**
 * Parses the key file of a service account, JSON as Google gives it.
 * @throws Error without quoting any secret
 */
export function parseFcmAccount(text: string): FcmAccount {
  try {
    const { client_email: email, private_key, private_key_id: keyId } = accountFile.parse(JSON.parse(text));
    const privateKey = createPrivateKey(private_key);
    if (privateKey.asymmetricKeyType === 'rsa') return { email, keyId, privateKey };
  } catch {
    // What is wrong with it is not for logs.
  }
  throw new Error('must be the key file of a service account, as JSON');
}

/** A device's name at Google. */
export function isFcmToken(token: string): boolean {
  return token.length <= pushLimits.addressCharacters && /^[A-Za-z0-9_:-]+$/.test(token);
}

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionLife = '1h';
/** So much earlier than it ends a token is not used any more. */
const marginMs = 60_000;

const granted = z.object({ access_token: z.string(), expires_in: z.number() });
const refusal = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z.array(z.looseObject({ errorCode: z.string().optional() })).optional(),
  }),
});

interface AccessToken {
  text: string;
  untilMs: number;
}

interface Answer {
  status: number;
  retryAfter: string | string[] | undefined;
  body: unknown;
}

/**
 * Firebase Cloud Messaging, by its HTTP v1 interface. A message is data alone, the JSON text of all others under `notification`: the
 * app shows it, in its own words.
 */
export function createFcm(options: {
  url: string;
  /** Where an access token is had for what the account signs (RFC 7523). */
  tokenUrl: string;
  project: string;
  account: FcmAccount;
  proxyUrl?: string | undefined;
  limits?: PushLimits;
}): PushPort {
  const { account, project, proxyUrl, tokenUrl, url, limits = pushLimits } = options;
  const bounds = { connections: limits.connections, maxHeaderSize: limits.answerBytes };
  const dispatcher =
    proxyUrl === undefined ? new Agent(bounds) : new ProxyAgent({ ...bounds, uri: proxyUrl });
  let token: Promise<AccessToken> | null = null;

  async function post(
    to: string,
    contentType: string,
    body: string,
    authorization?: string,
  ): Promise<Answer> {
    const {
      body: answer,
      headers,
      statusCode,
    } = await request(to, {
      method: 'POST',
      headers: { 'content-type': contentType, ...(authorization && { authorization }) },
      body,
      dispatcher,
      // Not that of whoever asks first: others may wait for the same token.
      signal: AbortSignal.timeout(limits.timeoutMs),
    });
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > limits.answerBytes) break;
    }
    return { status: statusCode, retryAfter: headers['retry-after'], body: jsonOf(text) };
  }

  /** Asked for once for all who need it; one that could not be had, or ends soon, is asked for again. */
  async function currentToken(): Promise<string> {
    const asked = (token ??= askForToken());
    try {
      const { text, untilMs } = await asked;
      if (Date.now() < untilMs) return text;
    } catch (error) {
      if (token === asked) token = null;
      throw error;
    }
    if (token === asked) token = askForToken();
    return (await (token ?? askForToken())).text;
  }

  async function askForToken(): Promise<AccessToken> {
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', kid: account.keyId })
      .setIssuer(account.email)
      .setAudience(tokenUrl)
      .setIssuedAt()
      .setExpirationTime(assertionLife)
      .sign(account.privateKey);
    const form = new URLSearchParams({ grant_type: grantType, assertion });
    const answer = await post(tokenUrl, 'application/x-www-form-urlencoded', form.toString());
    const given = granted.safeParse(answer.body);
    if (answer.status !== 200 || !given.success)
      throw Object.assign(new Error('no access token'), { code: `token answered ${answer.status}` });
    const { access_token: text, expires_in: seconds } = given.data;
    return { text, untilMs: Date.now() + seconds * 1_000 - marginMs };
  }

  return {
    async send(device, message, signal) {
      try {
        signal.throwIfAborted();
        const answer = await post(
          `${url}/v1/projects/${project}/messages:send`,
          'application/json',
          bodyOf(device, message),
          `Bearer ${await currentToken()}`,
        );
        if (answer.status === 401) token = null;
        return fcmOutcome(answer, limits);
      } catch (error) {
        return unanswered(error);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

function bodyOf(token: string, { lifeMs, text, topic }: PushMessage): string {
  const android = { collapse_key: topic, ttl: `${Math.round(lifeMs / 1_000)}s`, priority: 'HIGH' };
  return JSON.stringify({ message: { token, data: { notification: text }, android } });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What Google says: `UNREGISTERED` is of devices, any other 404 is of what we ask. */
function fcmOutcome({ body, retryAfter, status }: Answer, limits: PushLimits): PushOutcome {
  const { error } = refusal.safeParse(body).data ?? {};
  const code = error?.details?.find(({ errorCode }) => errorCode)?.errorCode ?? error?.status;
  if (code === 'UNREGISTERED') return { status: 'gone' };
  const because = code === undefined ? `answered ${status}` : `answered ${status} ${code}`;
  if (status === 401) return { status: 'later', because, afterMs: null };
  if (status === 404 || status === 410) return { status: 'refused', because };
  const outcome = outcomeOf(status, retryAfter, limits);
  return 'because' in outcome ? { ...outcome, because } : outcome;
}
