export { createLiveClient, type LiveClient, type LiveClientOptions } from './client.ts';
export { LiveError, type LiveErrorCode } from './errors.ts';
export { type LiveSettings, liveSettings } from './settings.ts';
export type { LiveStatus, Token, Transport, WebSocketConstructor } from './link.ts';
export type { LiveListener } from './listen.ts';
export type { LiveDocument, LiveOperation } from './operation.ts';
export type { LiveStream, Told } from './stream.ts';
export { overServerSentEvents } from './sse-link.ts';
