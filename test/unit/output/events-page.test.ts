import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AccountHead } from '../../../src/accounts/account.ts';
import { NetworkError, UsageError } from '../../../src/ground/errors.ts';
import { errorEvent } from '../../../src/output/json.ts';
import { signInEvents } from '../../../src/output/sign-in-events.ts';
import { fakeContext } from '../../support/fake-context.ts';

const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');

/** The members of each event, as the table of the page has them. */
const described = new Map(
  [...page.matchAll(/^\| `(\w+)` \| ([^|]*)\|/gm)]
    .filter(([, event]) => event !== 'event')
    .map(([, event = '', members = '']) => [
      event,
      [...members.matchAll(/`(\w+)`/g)].map(([, member = '']) => member).sort(),
    ]),
);

describe('docs/events.md', () => {
  it('has every event with its members, and no other', async () => {
    const { context, stderr, remove } = fakeContext();
    const events = signInEvents('Work', context);
    const ways = {
      redirectUri: 'http://127.0.0.1:8765/callback',
      opensBrowser: true,
      canPaste: false,
      offersDevice: false,
      ports: [8765],
      surroundings: 'local',
      timeoutSeconds: 300,
      openWithin: 60,
    } as const;
    events.authorizationUri('https://login.example.com/authorize', ways);
    events.browserFailed(ways);
    events.startLinkUnused(ways);
    events.listenerNotice({ kind: 'foreign-request', text: 'x' });
    events.pasteRefused('x');
    events.userCode({
      userCode: 'WDJB-MJHT',
      verificationUri: 'https://x.test/device',
      expiresIn: 900,
      interval: 5,
      timeoutSeconds: 300,
    });
    events.askedOnDevice({
      loginHint: 'ada@example.com',
      bindingMessage: 'W4-SCT',
      expiresIn: 120,
      timeoutSeconds: 120,
    });
    events.remaining(1);
    events.pollFailed(new NetworkError('network_unreachable', 'not there', { hint: 'none' }));
    events.clockDiffers(600);
    events.pkceNotAnnounced();
    events.profileMissing(new NetworkError('network_unreachable', 'not there', { hint: 'none' }), undefined);
    events.signInEnds(86_400, undefined);
    events.signsInElsewhere({
      resource: 'https://x.test/api',
      issuer: 'https://y.test',
      scopes: [],
      endpointOrigins: [],
    });
    events.onceMoreFailed(new NetworkError('network_unreachable', 'not there', { hint: 'none' }));
    events.done();
    events.signedIn({
      id: '0',
      provider: 'x',
      issuer: 'https://x.test',
      profile: { sub: '1' },
    } as AccountHead);
    const failure = errorEvent(new UsageError('usage_invalid', 'x', { hint: 'y' }));
    const emitted = new Map<string, string[]>(
      `${stderr()}${failure}`
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map(({ event, ...members }) => [event, Object.keys(members).sort()]),
    );
    expect(described).toEqual(emitted);
    expect(emitted.size).toBe(10);
    await remove();
  });
});
