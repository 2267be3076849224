import { environmentWarnings } from '../ground/environment.ts';
import { safeText } from '../ground/safe-text.ts';
import { tokenVariables } from '../settings/variables.ts';
import type { Check } from './check.ts';
import { fine, warning } from './finding.ts';

const OWN = /^OAUTH_LOGIN_/;

/** The variables that change what the commands do. Their names are told, and never a value. */
export const environmentCheck: Check = {
  name: 'environment',
  run: ({ session: { context } }) => {
    const { env } = context;
    const own = Object.keys(env).filter((name) => OWN.test(name) && env[name]);
    const supplied = tokenVariables(env);
    const warnings = [
      ...environmentWarnings(env).map((text) => ({
        message: text,
        hint: 'unset it, with: unset NODE_TLS_REJECT_UNAUTHORIZED',
      })),
      ...supplied.map((name) => ({
        message: `${safeText(name)} is set, so its token is used and no stored account`,
        hint: `if you did not mean that: unset ${safeText(name)}`,
      })),
    ];
    if (warnings.length > 0) {
      return warnings.map((each) => warning('environment', each));
    }
    const names = own.map((name) => safeText(name)).join(', ');
    return [fine('environment', names === '' ? 'no OAUTH_LOGIN_ variable is set' : `set: ${names}`)];
  },
};
