import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/ground/secret.ts';
import { maskLines } from '../../../src/output/masks.ts';

const masks = (token: string, env: Record<string, string>) => maskLines(new Secret(token), env);
const token = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});

describe('T33 masks', () => {
  it('are one line for a plain token', () => {
    expect(masks('gho_x', { GITHUB_ACTIONS: 'true' })).toBe('::add-mask::gho_x\n');
    expect(masks('gho_x', { TF_BUILD: 'True' })).toBe('##vso[task.setsecret]gho_x\n');
  });

  it.each([
    {},
    { CI: 'true' },
    { GITHUB_ACTIONS: 'false' },
    { GITHUB_ACTIONS: '' },
    { TF_BUILD: '' },
    { GITLAB_CI: 'true' },
  ])('are not printed where they would be the leak: %j', (env) => {
    expect(masks('gho_x', env)).toBe('');
  });

  it('reach the runner as the token and as every spelling of it', () => {
    // As the runners decode the data of a command.
    const decode = {
      GITHUB_ACTIONS: (line: string) => line.slice('::add-mask::'.length).replaceAll('%25', '%'),
      TF_BUILD: (line: string) => line.slice('##vso[task.setsecret]'.length).replaceAll('%AZP25', '%'),
    };
    fc.assert(
      fc.property(token, fc.constantFrom('GITHUB_ACTIONS' as const, 'TF_BUILD' as const), (text, runner) => {
        fc.pre(!/^::|##\[|##vso\[/i.test(text));
        const lines = masks(text, { [runner]: 'true' })
          .split('\n')
          .slice(0, -1);
        const hidden = lines.map(decode[runner]);
        expect(hidden[0]).toBe(text);
        expect(hidden).toContain(text.replaceAll("'", "''"));
        expect(hidden).toContain(text.replaceAll("'", "'\\''"));
        expect(new Set(hidden).size).toBe(hidden.length);
        expect(lines.filter((line) => /%(?!25|AZP25)/.test(line))).toEqual([]);
      }),
    );
  });
});

describe('T34 a token that is a command of the CI job', () => {
  it.each(['::add-path::/tmp/x', '##vso[task.setvariable]x', 'a##[error]x', 'x##VSO[a]'])(
    '%s is not printed',
    (text) => {
      expect(() => masks(text, { GITHUB_ACTIONS: 'true' })).toThrow('looks like a command');
      expect(() => masks(text, { TF_BUILD: 'True' })).toThrow('looks like a command');
      expect(masks(text, {})).toBe('');
    },
  );
});
