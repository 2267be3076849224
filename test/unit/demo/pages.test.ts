import { describe, expect, it } from 'vitest';
import {
  confirmDevicePage,
  deviceApprovedPage,
  enterCodePage,
  failurePage,
} from '../../../src/demo/device-pages.ts';
import { closedPage, consentPage, signInPage } from '../../../src/demo/interaction-pages.ts';
import { renderPage, sendPage } from '../../../src/demo/page.ts';
import { people, pictureSvg } from '../../../src/demo/person.ts';

const hostile = `"><script>alert('x')</script><img src=https://evil.test/>&`;
const request = {
  uid: 'uid',
  client: hostile,
  returnTo: 'http://127.0.0.1:4000',
  scopes: ['openid', 'profile', hostile],
  loginHint: hostile,
};
const [ada] = people;
const pages = {
  'sign in': signInPage(request, people, false),
  'sign in again': signInPage(request, people, true),
  consent: consentPage(request, { ...ada, name: hostile, email: hostile }),
  closed: closedPage(),
  'enter code': enterCodePage(hostile, true),
  'confirm device': confirmDevicePage(hostile, hostile, hostile),
  'device connected': deviceApprovedPage(hostile),
  failure: failurePage(hostile, hostile),
};

describe('T22 script injection in the pages of the embedded provider', () => {
  for (const [name, page] of Object.entries(pages)) {
    it(`shows texts of others as texts only: ${name}`, () => {
      const html = renderPage(page);
      expect(html).not.toMatch(/<script/i);
      expect(html).not.toContain('<img src=https');
      expect(html).not.toMatch(/\son\w+=/i);
    });
  }

  it('allows nothing but its own style, its own pictures, and forms to itself and the redirect URI', () => {
    const headers: Record<string, string> = {};
    const context = {
      status: 404,
      type: '',
      body: undefined,
      set: (name: string, value: string) => {
        headers[name] = value;
      },
    };
    sendPage(context, pages.consent);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src 'self' data:; form-action 'self' http:\/\/127\.0\.0\.1:4000; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('the pages of the embedded provider', () => {
  it('load nothing from another origin', () => {
    for (const page of Object.values(pages)) {
      const html = renderPage({ ...page, body: page.body.replaceAll('evil.test', '') });
      expect(html.match(/(?:src|href|action)="(?!\/|data:,")[^"]*"/g)).toBeNull();
      expect(html).not.toMatch(/@import|url\(/);
    }
  });

  it('say what is asked for, and by whom, before the person allows it', () => {
    const html = renderPage(
      consentPage({ ...request, client: 'A client', scopes: ['email', 'files.read'] }, ada),
    );
    expect(html).toContain('A client');
    expect(html).toContain('Ada Lovelace');
    expect(html).toContain('read your e-mail address');
    expect(html).toContain('files.read');
    expect(html).toContain('http://127.0.0.1:4000');
  });

  it('have AA contrast in light and in dark', () => {
    const css = renderPage(pages.closed);
    const schemes = [...css.matchAll(/:root\{([^}]*)\}/g)].map(([, rules = '']) =>
      Object.fromEntries(
        [...rules.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map(([, name, colour]) => [name, colour]),
      ),
    );
    expect(schemes).toHaveLength(2);
    for (const colours of schemes) {
      const pairs = [
        ['text', 'card'],
        ['text', 'hover'],
        ['soft', 'card'],
        ['soft', 'hover'],
        ['accent', 'card'],
        ['alarm', 'card'],
        ['on-accent', 'accent'],
      ] as const;
      for (const [front, back] of pairs) {
        expect(contrast(colours[front], colours[back]), `${front} on ${back}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('draw a picture for everybody, with initials only', () => {
    expect(people.map(pictureSvg).map((svg) => />(\p{L}+)<\/text>/u.exec(svg)?.[1])).toEqual([
      'AL',
      'GH',
      'ÉC',
    ]);
  });
});

/** WCAG 2.2, "contrast ratio". */
function contrast(front = '', back = ''): number {
  const [one, other] = [luminance(front), luminance(back)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((start) => {
    const part = Number.parseInt(digits.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
