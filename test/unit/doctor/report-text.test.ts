import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { reportText } from '../../../src/doctor/report-text.ts';
import { shellQuoted } from '../../../src/ground/file-system-words.ts';

const ada = { env: { HOME: '/home/ada', USER: 'ada' }, platform: 'linux' } as const;

describe('a text of the report', () => {
  it.each([
    ['cannot read /home/ada/.config/x (no)', 'cannot read ~/.config/x (no)'],
    ['fix it with: chmod 700 /home/ada', 'fix it with: chmod 700 ~'],
    ["chmod 700 '/home/ada/my data'", "chmod 700 ~/'my data'"],
    ['/home/adam/x and /mnt/home/ada/x', '/home/adam/x and /mnt/home/$USER/x'],
    ['chmod 700 /srv/ada/data', 'chmod 700 /srv/$USER/data'],
    ['the canada file of ada', 'the canada file of ada'],
  ])('shows %j as %j', (text, shown) => {
    expect(reportText(text, ada)).toBe(shown);
  });

  it('is one harmless line', () => {
    expect(reportText('a\u001b[31m red\u001b[0m\nline ##[error]', ada)).toBe('a red line # #[error]');
  });

  it('has commands that still run, also where the path had to be quoted', () => {
    for (const path of ['/home/ada/x', '/home/ada/my data', "/home/ada/it's"]) {
      const command = reportText(`printf %s ${shellQuoted(path)}`, ada);
      expect(command).not.toContain('/home/ada');
      expect(
        execFileSync('sh', ['-c', command], { env: { HOME: '/home/ada', USER: 'ada' } }).toString(),
      ).toBe(path);
    }
  });

  it('leaves the text as it is where the home is the root', () => {
    expect(reportText('see /etc', { env: { HOME: '/' }, platform: 'linux' })).toBe('see /etc');
  });

  it('knows the home of Windows', () => {
    const windows = { env: { USERPROFILE: 'C:\\Users\\ada' }, platform: 'win32' } as const;
    expect(reportText('C:\\Users\\ada\\AppData', windows)).toBe('~\\AppData');
  });
});
