import { environmentWarnings } from '../ground/environment.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import { safeText } from '../ground/safe-text.ts';
import { isStoreKind } from '../secrets/store-kind.ts';
import { tokenVariables } from '../settings/variables.ts';
import type { Check } from './check.ts';
import { fine, warning } from './finding.ts';

const OWN = /^OAUTH_LOGIN_/;
/** The variables that are for no single provider. */
const general = ['ACCOUNT', 'CONFIG_DIR', 'DATA_DIR', 'PASSPHRASE', 'PROXY', 'STORE'].map(
  (name) => `OAUTH_LOGIN_${name}`,
);
const OF_PROVIDER = /_(?:CLIENT_ID|CLIENT_SECRET|TOKEN)$/;

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
      ...own.flatMap((name) => strange(name, env[name] ?? '')),
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

/** A variable that no command reads, and a store that there is not. */
function strange(
  name: string,
  value: string,
): readonly { readonly message: string; readonly hint: string }[] {
  if (name === 'OAUTH_LOGIN_STORE' && !isStoreKind(value)) {
    return [
      {
        message: 'OAUTH_LOGIN_STORE names no store, so no sign-in is stored',
        hint: 'the choices are keychain, passphrase and file',
      },
    ];
  }
  if (general.includes(name) || OF_PROVIDER.test(name)) {
    return [];
  }
  const [nearest] = nearestNames(name, general);
  return nearest === undefined
    ? []
    : [
        {
          message: `${safeText(name)} is set, and no command reads it; did you mean ${nearest}?`,
          hint: `set ${nearest} instead, and: unset ${safeText(name)}`,
        },
      ];
}
