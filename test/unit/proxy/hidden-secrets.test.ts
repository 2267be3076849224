import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/ground/secret.ts';
import { openBodyCover, spellingsOf, withoutSecrets } from '../../../src/proxy/hidden-secrets.ts';

const TOKEN = 'gho_aB3/dE+6fG=hI9~jK';
const spellings = spellingsOf([new Secret(TOKEN)]);

function covered(parts: readonly Uint8Array[]): string {
  const cover = openBodyCover(spellings);
  return Buffer.concat([...parts.map((part) => cover.cover(part)), cover.end()]).toString('latin1');
}

/** The text cut into parts at these places. */
function cut(text: string, places: readonly number[]): readonly Buffer[] {
  const ends = [...places.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return ends.map((end, index) => Buffer.from(text.slice(index === 0 ? 0 : ends[index - 1], end)));
}

describe('T12 a secret that a server repeats', () => {
  const forms = {
    'as it is': TOKEN,
    'percent-encoded': encodeURIComponent(TOKEN),
    'with escaped slashes': TOKEN.replaceAll('/', '\\/'),
  };
  it.each(Object.entries(forms))(
    'is covered in a body %s, however it is cut, and the length stays',
    (_how, form) => {
      fc.assert(
        fc.property(
          fc.string(),
          fc.string(),
          fc.array(fc.nat(), { maxLength: 6 }),
          (before, after, places) => {
            const text = `${before}${form}${after}${form}`;
            const shown = covered(cut(text, places));
            expect(shown).not.toContain(form);
            expect(shown.length).toBe(Buffer.byteLength(text));
          },
        ),
      );
    },
  );

  it.each(['base64', 'base64url'] as const)('is covered in %s, but for a letter at each end', (encoding) => {
    for (const before of ['', 'a', 'ab', 'Bearer ', 'user:']) {
      const text = Buffer.from(`${before}${TOKEN} and more`).toString(encoding);
      const shown = covered(cut(text, [3, 17]));
      expect(shown).toMatch(/\*{26,}/);
      expect(Buffer.from(shown.replaceAll('*', 'A'), encoding).toString('latin1')).not.toContain(
        TOKEN.slice(1, -1),
      );
    }
  });

  it('changes nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.nat(), { maxLength: 6 }), (bytes, places) => {
        const text = Buffer.from(bytes).toString('latin1');
        const parts = cut(text, places).map((part) => Buffer.from(part.toString(), 'latin1'));
        expect(covered(parts)).toBe(text);
      }),
    );
  });

  it('waits for nothing at the end of an event', () => {
    const cover = openBodyCover(spellings);
    expect(cover.cover(Buffer.from('data: gho_a\n\n')).toString()).toBe('data: gho_a\n\n');
    expect(cover.cover(Buffer.from('data: gho_a')).toString()).toBe('data: ');
    expect(cover.end().toString()).toBe('gho_a');
  });

  it('is covered in a header', () => {
    expect(withoutSecrets(`Bearer ${TOKEN}; ${TOKEN}`, spellings)).toBe(
      `Bearer ${'*'.repeat(TOKEN.length)}; ${'*'.repeat(TOKEN.length)}`,
    );
  });
});
