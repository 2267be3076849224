import type { Context } from '../ground/context.ts';
import type { BrowserLaunch } from '../ground/ports.ts';
import { type FinalPage, playUserAgent } from './http-user-agent.ts';

/** An opener that gives up this soon, in milliseconds, found no browser; later it was the person who closed it. */
const OPENER_GIVES_UP_WITHIN = 5_000;

/** Whether a person is here who can use a browser: `BROWSER` is set, or there is a terminal and a display beside it. */
export function hasBrowser(context: Context): boolean {
  const { env, platform } = context;
  if (env.BROWSER) {
    return true;
  }
  if (env.CI || env.SSH_CONNECTION || env.SSH_TTY || !context.stderr.isTTY) {
    return false;
  }
  const desktopAlways = platform === 'darwin' || platform === 'win32';
  return desktopAlways || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}

/** The browser's part played over HTTP by the demo itself. */
export interface PlayedBrowser {
  openBrowser(uri: string): Promise<BrowserLaunch>;
  /** The page it ended on; `undefined` when it was never opened, or failed. */
  finalPage(): Promise<FinalPage | undefined>;
}

/** Signs in as that person and consents; `onFailure` hears why if that was not possible. */
export function playedBrowser(
  user: string,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): PlayedBrowser {
  let visit: Promise<FinalPage | undefined> = Promise.resolve(undefined);
  return {
    openBrowser: async (uri) => {
      visit = playUserAgent(uri, { user, consent: true, signal }).catch((error: unknown) => {
        onFailure(error);
        return undefined;
      });
      return { exited: visit.then((page) => (page === undefined ? 1 : 0)) };
    },
    finalPage: () => visit,
  };
}

/** The real browser, and the played one as soon as it turns out that there is none. */
export function realBrowser(
  context: Context,
  instead: PlayedBrowser,
  onMissing: () => void,
): Context['openBrowser'] {
  const play = (uri: string) => {
    onMissing();
    return instead.openBrowser(uri);
  };
  return async (uri) => {
    const startedAt = context.clock.monotonic();
    let launch: BrowserLaunch;
    try {
      launch = await context.openBrowser(uri);
    } catch {
      return play(uri);
    }
    const exited = launch.exited.then(async (code) => {
      const soon = context.clock.monotonic() - startedAt < OPENER_GIVES_UP_WITHIN;
      return code !== null && code !== 0 && soon ? (await play(uri)).exited : code;
    });
    return { exited };
  };
}
