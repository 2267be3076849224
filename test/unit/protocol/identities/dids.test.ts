import { describe, expect, it } from 'vitest';
import { isDid, readDid } from '../../../../src/protocol/identities/atproto-names.ts';

describe('a DID of a host', () => {
  it.each([
    ['did:web:Ada.Example', 'did:web:ada.example'],
    ['DID:WEB:ada.example', 'did:web:ada.example'],
    ['did:web:localhost%3a8080', 'did:web:localhost%3A8080'],
    ['did:web:ada.example:people', undefined],
    ['did:plc:Z72i7hdynmk6r22z27h6tvur', undefined],
  ])('is read in small letters: %s', (word, did) => {
    expect(readDid(word)).toBe(did);
  });

  it('has one spelling in the answer of a server', () => {
    expect([isDid('did:web:ada.example'), isDid('did:web:Ada.example')]).toEqual([true, false]);
  });
});
