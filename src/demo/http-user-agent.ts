import { type IncomingMessage, request as sendRequest } from 'node:http';
import { defined } from '../ground/defined.ts';
import { CookieJar } from './cookie-jar.ts';

/** Who is at the browser that is played, and what that person decides. */
export interface PersonPlayed {
  /** The name to sign in with. */
  readonly user: string;
  /** Given when the person types name and password instead of choosing from the list. */
  readonly password?: string;
  readonly consent: boolean;
  /** Where the browser cannot go, as when that address is on another machine; it is left in the address bar. */
  readonly outOfReach?: (uri: URL) => boolean;
  readonly signal?: AbortSignal;
}

/** The last page the person sees. */
export interface FinalPage {
  readonly title: string;
  readonly status: number;
  readonly finalUrl: string;
  readonly body: string;
}

interface Page extends FinalPage {
  readonly location: string | undefined;
}

interface Navigation {
  readonly uri: URL;
  readonly method: 'GET' | 'POST';
  readonly form?: URLSearchParams;
  readonly from?: URL;
}

const STEP_LIMIT = 30;
const PAGE_LIMIT = 1024 * 1024;

/**
 * Plays a person at a browser: opens the URI, follows redirects, signs in at the embedded provider, allows or
 * refuses, and gives the page it ends on. Speaks plain http to loopback addresses only, whatever a page says.
 */
export async function playUserAgent(startUri: string, person: PersonPlayed): Promise<FinalPage> {
  const cookies = new CookieJar();
  let next: Navigation | undefined = { uri: new URL(startUri), method: 'GET' };
  for (let step = 0; step < STEP_LIMIT && next !== undefined; step += 1) {
    if (person.outOfReach?.(next.uri)) {
      return { title: '', status: 0, finalUrl: next.uri.href, body: '' };
    }
    const page: Page = await navigate(next, cookies, person.signal);
    const following: Navigation | undefined = follow(next, page) ?? answer(next.uri, page, person);
    if (following === undefined) {
      return { title: page.title, status: page.status, finalUrl: page.finalUrl, body: page.body };
    }
    next = following;
  }
  throw new Error('the page leads in a circle');
}

function follow(navigation: Navigation, page: Page): Navigation | undefined {
  if (page.location === undefined) {
    return undefined;
  }
  return { uri: new URL(page.location, navigation.uri), method: 'GET', from: navigation.uri };
}

/** Fills in the form that a page of the embedded provider shows; no form, no answer. */
function answer(uri: URL, page: Page, person: PersonPlayed): Navigation | undefined {
  // An error that goes back in a form has a page of its own status.
  const forms = page.status === 200 || page.status === 400 ? readForms(page.body) : [];
  const signIn = forms.find((form) => form.action.endsWith('/sign-in'));
  if (signIn !== undefined) {
    const typed: Record<string, string> =
      person.password === undefined
        ? { person: person.user }
        : { username: person.user, password: person.password };
    return submit(uri, signIn.action, typed);
  }
  const consent = forms.find((form) => form.action.endsWith('/consent'));
  if (consent !== undefined) {
    return submit(uri, consent.action, { decision: person.consent ? 'allow' : 'refuse' });
  }
  const logout = forms.find((form) => form.action.includes('/session/end/confirm'));
  if (logout !== undefined) {
    return submit(uri, logout.action, { xsrf: logout.hidden.xsrf ?? '', logout: 'yes' });
  }
  const response = forms.find(({ hidden }) => (hidden.state ?? hidden.response) !== undefined);
  if (response !== undefined) {
    return submit(uri, response.action, textsOf(response.hidden));
  }
  const device = forms.find((form) => form.hidden.user_code !== undefined && form.hidden.xsrf !== undefined);
  if (device !== undefined) {
    return submit(uri, device.action, { ...device.hidden, ...(person.consent ? {} : { abort: 'yes' }) });
  }
  return undefined;
}

function submit(from: URL, action: string, fields: Readonly<Record<string, string>>): Navigation {
  return { uri: new URL(action, from), method: 'POST', form: new URLSearchParams({ ...fields }), from };
}

function textsOf(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value = '']) => [name, value]));
}

function readForms(html: string) {
  return [...html.matchAll(/<form[^>]*\baction="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', content = '']) => ({
      action: unescapeHtml(action),
      hidden: Object.fromEntries(
        [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [name, unescapeHtml(value)],
        ),
      ) as Record<string, string | undefined>,
    }),
  );
}

async function navigate(
  navigation: Navigation,
  cookies: CookieJar,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const { uri } = navigation;
  if (uri.protocol !== 'http:' || !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(uri.hostname)) {
    throw new Error(`the simulated browser stays on this machine and does not go to ${uri.origin}`);
  }
  const body = navigation.form?.toString();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = sendRequest(uri, {
      method: navigation.method,
      agent: false,
      timeout: 120_000,
      headers: headersOf(navigation, cookies.header(uri)),
      ...defined({ signal }),
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error(`${uri.origin} did not answer in time`)));
    request.end(body);
  });
  for (const setCookie of response.headers['set-cookie'] ?? []) {
    cookies.store(uri, setCookie);
  }
  const html = await readText(response);
  const status = response.statusCode ?? 0;
  return {
    title: unescapeHtml(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? ''),
    status,
    finalUrl: uri.href,
    body: html,
    location: status >= 300 && status < 400 ? response.headers.location : undefined,
  };
}

// What a browser sends with a navigation; the loopback listener refuses requests of any other kind.
function headersOf(navigation: Navigation, cookie: string | undefined): Record<string, string> {
  const { uri, from, form } = navigation;
  return {
    accept: 'text/html',
    'user-agent': 'oauth-login demo user agent',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': siteOf(uri, from),
    'sec-fetch-user': '?1',
    ...defined({ cookie }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(form === undefined || from === undefined ? {} : { origin: from.origin }),
  };
}

function siteOf(uri: URL, from: URL | undefined): string {
  if (from === undefined) {
    return 'none';
  }
  if (from.origin === uri.origin) {
    return 'same-origin';
  }
  return from.hostname === uri.hostname ? 'same-site' : 'cross-site';
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > PAGE_LIMIT) {
      throw new Error('the page is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity, name: string) => named[name] ?? entity);
}
