import { completionCommand } from './descriptions/completion.ts';
import { credentialCommand } from './descriptions/credential.ts';
import { demoCommand } from './descriptions/demo.ts';
import { doctorCommand } from './descriptions/doctor.ts';
import { execCommand } from './descriptions/exec.ts';
import { forgetCommand } from './descriptions/forget.ts';
import { keepCommand } from './descriptions/keep.ts';
import { loginCommand } from './descriptions/login.ts';
import { logoutCommand } from './descriptions/logout.ts';
import { exportCommand, importCommand } from './descriptions/moving.ts';
import { providersCommand } from './descriptions/providers.ts';
import { proxyCommand } from './descriptions/proxy.ts';
import { requestCommand } from './descriptions/request.ts';
import { setupCommand } from './descriptions/setup.ts';
import { statusCommand } from './descriptions/status.ts';
import { tokenCommand } from './descriptions/token.ts';
import { switchCommand, useCommand } from './descriptions/use.ts';
import { whoamiCommand } from './descriptions/whoami.ts';
import type { CommandDescription } from './flag.ts';

/** All commands, in the order of the help. */
export const descriptions = {
  login: loginCommand,
  whoami: whoamiCommand,
  token: tokenCommand,
  exec: execCommand,
  keep: keepCommand,
  request: requestCommand,
  credential: credentialCommand,
  proxy: proxyCommand,
  status: statusCommand,
  use: useCommand,
  switch: switchCommand,
  logout: logoutCommand,
  forget: forgetCommand,
  export: exportCommand,
  import: importCommand,
  providers: providersCommand,
  setup: setupCommand,
  doctor: doctorCommand,
  completion: completionCommand,
  demo: demoCommand,
} as const;

/** The names of the commands. */
export type CommandName = keyof typeof descriptions;

/** The description of the command of that name; `undefined` when there is none. */
export function descriptionOf(name: string | undefined): CommandDescription | undefined {
  return Object.values(descriptions).find((description) => description.name === name);
}
