import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of the system's Chromium: the variable CHROMIUM, else the first one on the PATH; none is ever downloaded. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const candidates = env.CHROMIUM
    ? [env.CHROMIUM]
    : names.flatMap((name) =>
        (env.PATH ?? '')
          .split(delimiter)
          .filter((folder) => folder !== '')
          .map((folder) => join(folder, name)),
      );
  return candidates.find(isExecutable);
}

/** What to give playwright-core's `chromium.launch`: the system's binary, quiet, without a network of its own. */
export function chromiumLaunchOptions(): {
  executablePath: string;
  args: string[];
  chromiumSandbox: boolean;
} {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('no Chromium on this machine: install it, or set CHROMIUM to its path');
  }
  return {
    executablePath,
    // Chromium refuses its own sandbox for root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
