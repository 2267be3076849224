import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuthorizationServerError, NetworkError, ProtocolError } from '../../../src/ground/errors.ts';
import type { PageOutcome } from '../../../src/loopback/authorization-response.ts';
import { fixedPage, fixedReplies } from '../../../src/loopback/fixed-reply.ts';
import { type PageLanguage, pageLanguageOf, pageWords } from '../../../src/loopback/page-language.ts';
import { pageOutcomeOf } from '../../../src/loopback/page-outcome.ts';
import { PAGE_STYLE } from '../../../src/loopback/page-style.ts';
import { outcomePage } from '../../../src/loopback/pages.ts';
import { getRequest, headerOf, type RawReply, sendRaw } from '../../support/raw-client.ts';
import {
  AUTHORIZATION_URI,
  CODE,
  type OpenedListener,
  openListener,
  STATE,
  targetOf,
} from './open-listener.ts';

const SIGNED_IN = {
  kind: 'signed-in',
  provider: 'GitHub',
  person: { name: 'The Octocat', userName: 'octocat', email: 'octocat@github.com' },
  scopes: ['repo', 'read:org'],
  command: 'oauth-login token github',
} as const;
const REFUSED = { kind: 'refused', provider: 'GitHub', next: 'run `oauth-login github` again' } as const;
const GOES_ON = { kind: 'goes-on', provider: 'GitHub' } as const;
const FAILED = {
  kind: 'failed',
  provider: 'GitHub',
  code: 'network_timeout',
  what: 'the token endpoint did not answer in time',
  next: 'check the connection, then run `oauth-login github` again',
} as const;

const LANGUAGES: readonly PageLanguage[] = ['en', 'de', 'es', 'fr', 'ja', 'ko', 'pt', 'zh'];

const PAGES: readonly (readonly [string, PageLanguage, string])[] = LANGUAGES.flatMap((language) => [
  ...[SIGNED_IN, REFUSED, FAILED, GOES_ON].map((outcome): [string, PageLanguage, string] => [
    outcome.kind,
    language,
    outcomePage(outcome, language),
  ]),
  ...Object.entries(fixedReplies).map(([name, reply]): [string, PageLanguage, string] => [
    name,
    language,
    fixedPage(reply, language),
  ]),
]);

const ICON = /<link rel="icon" href="data:image\/svg\+xml;base64,[\w+/=]+">/;

function textOf(html: string): string {
  return html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<wbr>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ');
}

describe('the pages', () => {
  it.each(PAGES)(
    '%s, %s: is a whole document with a language, a title and one heading',
    (_name, language, html) => {
      expect(html.startsWith(`<!doctype html>\n<html lang="${language}" dir="ltr">`)).toBe(true);
      expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
      expect(/<title>([^<]+)<\/title>/.exec(html)?.[1]).toContain(/<h1>([^<]+)<\/h1>/.exec(html)?.[1]);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      expect(html.match(/<main /g)).toHaveLength(1);
      expect(html).not.toMatch(/\{\w+\}</);
    },
  );

  it.each(PAGES)('%s, %s: runs nothing and fetches nothing; its icon is in it', (_name, _language, html) => {
    expect(html).toMatch(ICON);
    expect(html.replace(ICON, '')).not.toMatch(
      /<script|<link|<img|<iframe|<form|<a |http-equiv|href|src=|url\(|@import| on\w+=| style=/i,
    );
  });

  it('have words of their own in every language', () => {
    const fixed = Object.entries(fixedReplies).map(([name, reply]) => [name, reply.words] as const);
    for (const [name, words] of fixed) {
      expect(new Set(LANGUAGES.map((language) => words(pageWords[language]).title)).size, name).toBe(8);
    }
    const titles = LANGUAGES.map((language) => /<h1>(.*)<\/h1>/.exec(outcomePage(SIGNED_IN, language))?.[1]);
    expect(new Set(titles).size).toBe(8);
    expect(titles.every((title) => title?.includes('GitHub'))).toBe(true);
  });

  it('say who is signed in, what was allowed and what to type next, and the name of the provider once', () => {
    const html = outcomePage(SIGNED_IN, 'en');
    expect(html).toContain('<bdi class="name">The Octocat</bdi>');
    expect(html).toContain('<bdi class="email">octocat<wbr>@github.com</bdi>');
    expect(html).toContain('<span class="avatar" aria-hidden="true">T</span>');
    expect(html).toContain('<code>oauth-login token github</code>');
    const text = textOf(html.replace(/<title>.*<\/title>/, ''));
    expect(text).toContain('Signed in to GitHub');
    expect(text).toContain('You can close this tab and go back to the terminal.');
    expect(text).toContain('What you allowed repo read:org');
    expect(text.match(/GitHub/g)).toHaveLength(1);
  });

  it('count the scopes that are too many to show', () => {
    const scopes = Array.from({ length: 40 }, (_, index) => `scope-${index}`);
    const text = textOf(outcomePage({ ...SIGNED_IN, scopes }, 'en'));
    expect(text).toContain('scope-5 and 34 more');
    expect(text).not.toContain('scope-6');
  });

  it('say what happened in words, what to do next, and the technical line below', () => {
    const html = outcomePage(FAILED, 'en');
    const [open = '', folded = ''] = html.split('<details>').map(textOf);
    expect(open).toContain('Sign-in to GitHub failed');
    expect(open).toContain('The provider could not be reached, or did not answer in time.');
    expect(open).toContain('Check the connection, then run oauth-login github again.');
    expect(folded).toContain('The token endpoint did not answer in time.');
    expect(folded).toContain('network_timeout');
    expect(textOf(outcomePage(REFUSED, 'en'))).toContain('Nobody was signed in, and nothing was stored.');
  });

  it.each([
    ['login_timeout', 'This sign-in took too long'],
    ['aborted', 'The sign-in was stopped'],
    ['as_server_error', 'The provider did not accept the sign-in.'],
    ['protocol_issuer_mismatch', 'did not pass the checks'],
    ['store_unavailable', 'could not be saved on this computer'],
    ['internal', 'Something went wrong'],
  ])('say of %s: %s', (code, words) => {
    expect(textOf(outcomePage({ ...FAILED, code }, 'en'))).toContain(words);
  });
});

describe('the language of a page (RFC 9110 §12.5.4)', () => {
  it.each<[string | undefined, PageLanguage]>([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['en;q=0.5, pt-BR', 'pt'],
    ['it, fr;q=0.8, en;q=0.3', 'fr'],
    ['zh-Hant-TW;q=0.9', 'zh'],
    ['KO', 'ko'],
    ['es;q=0, ja;q=0.1', 'ja'],
    ['*', 'en'],
    ['constructor, __proto__, toString', 'en'],
    ['"><script>, de;q=zwei, fr;q=1.0', 'fr'],
    [`${'it,'.repeat(5000)}de`, 'en'],
  ])('for %s is %s', (header, language) => {
    expect(pageLanguageOf(header)).toBe(language);
  });

  it('is the one of the browser that asks, at each address', async () => {
    const opened = await openListener();
    const lost = await opened.get('/nothing', ['Accept-Language: fr']);
    expect(lost?.body).toBe(fixedPage(fixedReplies.notFound, 'fr'));
    const callback = await opened.callback();
    const page = opened.get(headerOf(callback, 'location') ?? '', ['Accept-Language: ja']);
    await opened.listener.finish(SIGNED_IN);
    expect((await page)?.body).toBe(outcomePage(SIGNED_IN, 'ja'));
  });
});

describe('contrast of the pages (WCAG 2.2, 1.4.3 and 1.4.11)', () => {
  const [light = '', dark = ''] = [...PAGE_STYLE.matchAll(/:root \{([^}]*)\}/g)].map((match) => match[1]);

  function colours(block: string): Record<string, string> {
    return Object.fromEntries(
      [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]),
    );
  }

  function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one: string, other: string): number {
    const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (bright + 0.05) / (dim + 0.05);
  }

  it('is computed as the standard does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each([
    ['light', light],
    ['dark', { ...colours(light), ...colours(dark) }],
  ])('is enough in the %s scheme', (_scheme, block) => {
    const palette = typeof block === 'string' ? colours(block) : block;
    const pairs: readonly [string, string, number][] = [
      ['text', 'card', 4.5],
      ['text', 'inset', 4.5],
      ['quiet', 'card', 4.5],
      ['quiet', 'inset', 4.5],
      ['text', 'ground', 4.5],
      ['text', 'glow', 4.5],
      ['on-mark', 'accent', 4.5],
      ['screen-text', 'screen', 4.5],
      ['screen-quiet', 'screen', 4.5],
      ...['good', 'calm', 'bad', 'plain'].flatMap((mark): [string, string, number][] => [
        [mark, 'card', 3],
        ['on-mark', mark, 3],
      ]),
    ];
    for (const [front, back, least] of pairs) {
      const ratio = contrast(palette[front] ?? '', palette[back] ?? '');
      expect(ratio, `${front} on ${back}`).toBeGreaterThanOrEqual(least);
    }
  });

  it('covers every colour in both schemes', () => {
    expect(Object.keys(colours(light))).toHaveLength(20);
    expect(Object.keys(colours(dark))).toEqual(Object.keys(colours(light)));
    expect(PAGE_STYLE.replace(/:root \{[^}]*\}/g, '')).not.toMatch(/#[0-9a-f]{3,8}\b|rgb(?!\(0 0 0 \/)|hsl/);
  });
});

const HEADERS = [
  'Content-Type',
  'Content-Length',
  'Cache-Control',
  'Content-Security-Policy',
  'Cross-Origin-Opener-Policy',
  'Cross-Origin-Resource-Policy',
  'Referrer-Policy',
  'X-Content-Type-Options',
  'Connection',
];

/** One reply of every status that the listener knows. */
async function everyReply(): Promise<readonly RawReply[]> {
  const opened = await openListener({ refuseUnconfirmed: true });
  const { port } = opened.listener;
  const good = `/callback?code=${CODE}&state=${STATE}`;
  const raw = (request: string): Promise<RawReply | undefined> => sendRaw(port, request);
  const link = targetOf(opened.listener.startLink(AUTHORIZATION_URI));
  const replies = [
    await opened.get('/nothing'),
    await opened.get('/callback'),
    await opened.get('/callback?%'),
    await raw(`POST / HTTP/1.1\r\nHost: x\r\n\r\n`),
    await raw(`HEAD / HTTP/1.1\r\nHost: x\r\n\r\n`),
    await raw(`OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n`),
    await raw(getRequest('evil.test', good)),
    await raw('x\r\n\r\n'),
    await raw(`GET / HTTP/1.1\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`),
    await opened.get(good, ['Purpose: prefetch']),
    await opened.get(link),
    await opened.get(good),
  ];
  const second = await openListener();
  replies.push(await second.get(good), await second.callback({ code: 'x', state: STATE }));
  replies.push(await finalPage(second, SIGNED_IN));
  const stopped = await openListener();
  const stoppedLink = targetOf(stopped.listener.startLink(AUTHORIZATION_URI));
  replies.push(await stopped.get(stoppedLink), await stopped.get(stoppedLink), await stopped.get(good));
  return replies.filter((reply) => reply !== undefined);
}

async function finalPage(opened: OpenedListener, outcome: PageOutcome): Promise<RawReply | undefined> {
  const callback = await opened.callback();
  const page = opened.get(headerOf(callback, 'location') ?? '');
  await opened.listener.finish(outcome);
  return await page;
}

describe('T22, T23 the headers of every reply', () => {
  it('are exact on every status code', async () => {
    const replies = await everyReply();
    const statuses = new Set(replies.map((reply) => reply.status));
    expect([...statuses].sort()).toEqual([200, 302, 303, 400, 403, 404, 405, 409, 410, 421, 431, 503]);
    const style = /<style>([\s\S]*)<\/style>/.exec(outcomePage(SIGNED_IN, 'en'))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const extra: Readonly<Record<number, readonly string[]>> = {
      200: ['Set-Cookie'],
      302: ['Location', 'Set-Cookie'],
      303: ['Location'],
      405: ['Allow'],
    };
    for (const reply of replies) {
      const names = reply.headers.map(([name]) => name);
      expect([...names].sort()).toEqual([...HEADERS, ...(extra[reply.status] ?? [])].sort());
      expect(headerOf(reply, 'content-security-policy')).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      );
      expect(headerOf(reply, 'content-type')).toBe('text/html; charset=utf-8');
      expect(headerOf(reply, 'cache-control')).toBe('no-store');
      expect(headerOf(reply, 'referrer-policy')).toBe('no-referrer');
      expect(headerOf(reply, 'x-content-type-options')).toBe('nosniff');
      expect(headerOf(reply, 'cross-origin-opener-policy')).toBe('same-origin');
      expect(headerOf(reply, 'connection')).toBe('close');
    }
  });
});

describe('T22 script injection', () => {
  it.each([
    'error=%3Cscript%3Ealert(1)%3C/script%3E',
    'error=access_denied&error_description=%3Csvg%20onload=alert(1)%3E',
    'code=%3Csvg%20onload=alert(1)%3E',
  ])('shows nothing of a callback with %s', async (query) => {
    const opened = await openListener();
    const callback = await opened.get(`/callback?state=${STATE}&${query}`);
    expect(callback?.status).toBe(303);
    const page = opened.get(headerOf(callback, 'location') ?? '');
    await opened.listener.finish(REFUSED);
    expect((await page)?.body).toBe(outcomePage(REFUSED, 'en'));
  });

  it('writes names as text, whatever they are', () => {
    const hostile = `<svg onload=alert(1)>"'&\u202e\u001b[2J`;
    for (const outcome of [
      {
        kind: 'signed-in',
        provider: hostile,
        person: { name: hostile, userName: `${hostile}1`, email: `${hostile}2` },
        scopes: [hostile],
        command: hostile,
      },
      { kind: 'failed', provider: '', code: 'as_x', what: hostile, next: '' },
      { kind: 'refused', provider: hostile, next: hostile },
      { kind: 'failed', provider: hostile, code: hostile, what: hostile, next: hostile },
    ] as const) {
      const html = outcomePage(outcome, 'en');
      expect(html).not.toMatch(/<svg onload|\u202e|\u001b/);
      expect(html).toContain('&lt;svg onload=alert(1)&gt;&quot;&#39;&amp;');
    }
  });

  it('says so where the server did not tell who signed in', () => {
    const html = outcomePage({ kind: 'signed-in', provider: 'MCP <server>', scopes: [] }, 'en');
    expect(html).toContain('<h1>Signed in to MCP &lt;server&gt;</h1>');
    expect(html).toContain('This provider does not say who you are.');
    expect(html).not.toContain('avatar"');
  });

  it('keeps a very long name within the page', () => {
    const long = 'x'.repeat(5_000);
    const person = { name: long, userName: `${long}1`, email: `${long}2` };
    const scopes = Array.from({ length: 500 }, () => long);
    const html = outcomePage({ kind: 'signed-in', provider: long, person, scopes, command: long }, 'en');
    expect(html.length).toBeLessThan(PAGE_STYLE.length + 5_000);
  });
});

describe('what the page says of an error', () => {
  it('is a refusal when the server, or the person there, refused', () => {
    const error = new AuthorizationServerError('access_denied', 'GitHub refused the sign-in: "words"', {
      hint: 'run the command again',
    });
    expect(pageOutcomeOf(error, 'GitHub')).toEqual({
      kind: 'refused',
      provider: 'GitHub',
      next: 'run the command again',
    });
  });

  it('is the error without the words of the server', () => {
    const error = new AuthorizationServerError(
      'server_error',
      'GitHub could not (server_error): "call 555"',
      {
        hint: 'wait, or set "scopes" in config.json',
        serverWords: ': "call 555"',
      },
    );
    expect(pageOutcomeOf(error, 'GitHub')).toEqual({
      kind: 'failed',
      provider: 'GitHub',
      code: 'as_server_error',
      what: 'GitHub could not (server_error)',
      next: 'wait, or set "scopes" in config.json',
    });
  });

  it('does not stop in the middle of a sentence', () => {
    const said = 'the token endpoint of X answered invalid_grant, saying "the code is spent"';
    const error = new AuthorizationServerError('invalid_grant', said, {
      hint: 'sign in again',
      serverWords: ', saying "the code is spent"',
    });
    expect(pageOutcomeOf(error, 'X')).toMatchObject({
      what: 'the token endpoint of X answered invalid_grant',
    });
  });

  it('is the code and the next step of any other error', () => {
    const network = new NetworkError('network_timeout', 'no answer', { hint: 'try again' });
    expect(pageOutcomeOf(network, 'X')).toMatchObject({
      kind: 'failed',
      code: 'network_timeout',
      what: 'no answer',
    });
    const protocol = new ProtocolError('protocol_redirect', 'a redirect', { hint: 'check the issuer' });
    expect(pageOutcomeOf(protocol, 'X')).toMatchObject({
      code: 'protocol_redirect',
      next: 'check the issuer',
    });
  });

  it('tells nothing of a fault of our own', () => {
    const outcome = pageOutcomeOf(new TypeError('token abc'), 'X');
    expect(outcome).toMatchObject({ kind: 'failed', code: 'internal' });
    expect(JSON.stringify(outcome)).not.toContain('abc');
  });
});
