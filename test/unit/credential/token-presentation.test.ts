import { describe, expect, it } from 'vitest';
import { presentToken } from '../../../src/credential/token-presentation.ts';
import { Secret } from '../../../src/ground/secret.ts';

const token = new Secret('t0ken');

describe('an access token is shown', () => {
  it.each([
    ['as a bearer token', undefined, { authorization: 'Bearer t0ken' }, {}],
    ['under another scheme', { scheme: 'OAuth' }, { authorization: 'OAuth t0ken' }, {}],
    ['in another header', { header: 'x-access-token' }, { 'x-access-token': 't0ken' }, {}],
    ['in the query', { query: 'access_token' }, {}, { access_token: 't0ken' }],
  ])('%s', (_, tokenPresentation, credentials, query) => {
    const provider = tokenPresentation === undefined ? {} : { tokenPresentation };
    expect(presentToken(provider, token, 'me')).toEqual({ fixed: {}, credentials, query });
  });

  it('beside the headers that the API needs; one that names the client only where it is known', () => {
    const provider = { apiHeaders: { 'x-version': '2', 'client-id': '{client_id}' } };
    expect(presentToken(provider, token, 'me').fixed).toEqual({ 'x-version': '2', 'client-id': 'me' });
    expect(presentToken(provider, token, undefined).fixed).toEqual({ 'x-version': '2' });
  });
});
