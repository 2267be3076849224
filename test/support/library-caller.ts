import { join } from 'node:path';
import { vi } from 'vitest';
import type { SignInEvent, SignInOptions } from '../../src/api.ts';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { AuthorizationServer } from './authorization-server.ts';

/** Where a program that uses the library keeps its accounts, and what it was shown. */
export interface LibraryCaller {
  /** For a sign-in at the server by Ada, who is at a browser that is played. */
  readonly options: SignInOptions;
  readonly events: SignInEvent[];
  namesOfEvents(): readonly string[];
}

/**
 * Gives this process the variables of a program that uses the library; its accounts are in that directory, where those of
 * a `CommandLine` are, too. The variables are as before after the test.
 */
export function openLibraryCaller(
  server: AuthorizationServer,
  directory: string,
  env: Readonly<Record<string, string | undefined>> = {},
): LibraryCaller {
  const own = {
    OAUTH_LOGIN_CONFIG_DIR: join(directory, 'config'),
    OAUTH_LOGIN_DATA_DIR: join(directory, 'data'),
    XDG_CONFIG_HOME: join(directory, 'xdg-config'),
    XDG_DATA_HOME: join(directory, 'xdg-data'),
    CI: undefined,
    BROWSER: undefined,
  };
  for (const [name, value] of Object.entries({ ...own, ...env })) {
    vi.stubEnv(name, value);
  }
  const events: SignInEvent[] = [];
  return {
    events,
    namesOfEvents: () => events.map(({ event }) => event),
    options: {
      clientId: server.clientId,
      allowHttpLoopback: true,
      openBrowser: false,
      store: 'file',
      show(event) {
        events.push(event);
        if (event.event === 'authorization_url') {
          void playUserAgent(event.url, { user: 'ada', consent: true }).catch(() => {});
        }
      },
    },
  };
}
