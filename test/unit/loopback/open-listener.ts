import { networkInterfaces } from 'node:os';
import { onTestFinished } from 'vitest';
import {
  type LoopbackListener,
  type LoopbackOptions,
  openLoopbackListener,
} from '../../../src/loopback/listener.ts';
import type { LoopbackNotice } from '../../../src/loopback/notice.ts';
import { getRequest, headerOf, type RawReply, sendRaw } from '../../support/raw-client.ts';

export const STATE = 'Zk3v_0aJmX1c9QyTtWq8sLrB4nHdUePfGiKoV6b7xYA';
export const CODE = 'SplxlOBeZQQYbYS6WxSbIA';
export const ISSUER = 'https://as.example.com';
export const AUTHORIZATION_URI = 'https://as.example.com/authorize?client_id=c&state=s';

/** The loopback addresses of this machine; some containers have no IPv6. */
export const LOOPBACK_ADDRESSES: readonly ('127.0.0.1' | '::1')[] = Object.values(networkInterfaces())
  .flat()
  .some((entry) => entry?.address === '::1')
  ? ['127.0.0.1', '::1']
  : ['127.0.0.1'];

/** The listener of a test with what a test needs of it. */
export interface OpenedListener {
  readonly listener: LoopbackListener;
  readonly authority: string;
  readonly notices: LoopbackNotice[];
  /** Sends a GET with the right Host. */
  get(target: string, headers?: readonly string[]): Promise<RawReply | undefined>;
  /** Sends the callback that a browser would bring from the authorization server. */
  callback(parameters?: Record<string, string>, headers?: readonly string[]): Promise<RawReply | undefined>;
  /** Fails unless the listener still waits, and ends the wait with a good callback. */
  expectStillWaiting(): Promise<void>;
}

export async function openListener(options: Partial<LoopbackOptions> = {}): Promise<OpenedListener> {
  const notices: LoopbackNotice[] = [];
  const listener = await openLoopbackListener({
    host: '127.0.0.1',
    path: '/callback',
    ports: [0],
    state: STATE,
    issuerRequired: false,
    providerLabel: 'Example',
    refuseUnconfirmed: false,
    platform: process.platform,
    notice: (notice) => notices.push(notice),
    ...options,
  });
  onTestFinished(() => listener.close());
  const authority = `${options.host ?? '127.0.0.1'}:${listener.port}`;
  const address = options.host === '[::1]' ? '::1' : '127.0.0.1';
  const path = options.path ?? '/callback';
  const get: OpenedListener['get'] = (target, headers) =>
    sendRaw(listener.port, getRequest(authority, target, headers), { address });
  const callback: OpenedListener['callback'] = (parameters = { code: CODE, state: STATE }, headers = []) =>
    get(`${path}?${new URLSearchParams(parameters)}`, headers);

  async function expectStillWaiting(): Promise<void> {
    const reply = await callback();
    if (reply?.status !== 303) {
      throw new Error(`a good callback was answered with ${reply?.status ?? 'nothing'}`);
    }
    const response = await listener.response;
    if (response.parameters.get('code') !== CODE) {
      throw new Error('the wait ended with another code');
    }
  }

  return { listener, authority, notices, get, callback, expectStillWaiting };
}

/** The part of a `Set-Cookie` that comes back as `Cookie`. */
export function cookieOf(reply: RawReply | undefined): string {
  return (headerOf(reply, 'set-cookie') ?? '').split(';')[0] ?? '';
}

/** The path and query of a link to the listener. */
export function targetOf(link: string): string {
  const url = new URL(link);
  return `${url.pathname}${url.search}`;
}
