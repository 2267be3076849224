import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { expectNoSecrets, findSecrets } from '../../support/canary.ts';

const secret = 'q7-Zt_k2/Lx+9vWm"Rb\\4Yd~HnE5sJc8';
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) {
    rmSync(root, { recursive: true, force: true });
  }
});

describe('the search for leaked secrets', () => {
  const base64At = (offset: number) => Buffer.from(`${'x'.repeat(offset)}${secret}yz`).toString('base64');
  const forms: Record<string, string> = {
    'as it is': secret,
    'URL-encoded': encodeURIComponent(secret),
    'form-encoded': new URLSearchParams({ token: secret }).toString(),
    'with every character percent-encoded': [...secret]
      .map((letter) => `%${letter.charCodeAt(0).toString(16)}`)
      .join(''),
    'JSON-escaped': JSON.stringify(secret),
    'with every character as \\u escape': [...secret]
      .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
    'in hexadecimal': Buffer.from(secret).toString('hex'),
    'in upper case hexadecimal': Buffer.from(secret).toString('hex').toUpperCase(),
    'in base64 at offset 0': base64At(0),
    'in base64 at offset 1': base64At(1),
    'in base64 at offset 2': base64At(2),
    'in base64url': Buffer.from(secret).toString('base64url'),
    'in two-byte characters': Buffer.from(secret, 'utf16le').toString('latin1'),
    'as twelve characters of it': secret.slice(9, 21),
  };
  for (const [form, text] of Object.entries(forms)) {
    it(`finds it ${form}`, () => {
      expect(findSecrets(`before ${text} after`, [secret])).not.toEqual([]);
    });
  }

  it('finds every part of twelve characters, wherever it stands in base64', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: secret.length - 12 }),
        fc.string({ maxLength: 9 }),
        fc.string({ maxLength: 9 }),
        (start, before, after) => {
          const part = `${before}${secret.slice(start, start + 12)}${after}`;
          return findSecrets(Buffer.from(part).toString('base64'), [secret]).length > 0;
        },
      ),
    );
  });

  it('lets eleven characters pass, and text that has nothing to do with it', () => {
    expect(findSecrets(secret.slice(0, 11), [secret])).toEqual([]);
    expect(findSecrets('Signed in to the demo as ada (Ada Lovelace) %zz \\u00', [secret])).toEqual([]);
  });

  it('searches names and contents under a directory', () => {
    const root = mkdtempSync(join(tmpdir(), 'canary-'));
    roots.push(root);
    mkdirSync(join(root, 'deep', 'deeper'), { recursive: true });
    writeFileSync(join(root, 'deep', 'deeper', 'plain'), 'nothing here');
    expectNoSecrets({ directory: root }, [secret]);
    writeFileSync(join(root, 'deep', 'deeper', 'blob'), Buffer.from([0, 255, ...Buffer.from(secret), 7]));
    expect(() => expectNoSecrets({ directory: root }, [secret])).toThrow(/secret 0 in .*blob/);
    rmSync(join(root, 'deep', 'deeper', 'blob'));
    writeFileSync(join(root, `${Buffer.from(secret).toString('hex').slice(0, 40)}.txt`), '');
    expect(() => expectNoSecrets({ directory: root }, [secret])).toThrow(/name of/);
  });

  it('never repeats what it found', () => {
    const [finding = ''] = findSecrets(`x${secret}x`, [secret]);
    expect(finding).not.toContain(secret.slice(0, 12));
  });

  it('refuses a search that could not fail', () => {
    expect(() => expectNoSecrets('text', [])).toThrow(/no secrets/);
    expect(() => expectNoSecrets('text', ['short'])).toThrow(/too short/);
  });
});
