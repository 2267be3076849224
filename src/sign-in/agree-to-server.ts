import type { Context } from '../ground/context.ts';
import { AbortedError, AuthenticationRequiredError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import { endpointsElsewhere } from '../providers/origins.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import type { SignInPorts } from './ports.ts';

/**
 * Has the person agree to the server that a protected resource names, where it or one of its endpoints is of another
 * origin: a hostile resource may name the server that the person trusts, or be a server itself that names the endpoints
 * of that one, and would then be given the token. What is agreed to is shown first; the exact issuer on the command line
 * says as much.
 *
 * Throws an `AuthenticationRequiredError` where nobody can be asked, and an `AbortedError` where the person says no.
 *
 * @see [RFC 9728 §7.6](https://www.rfc-editor.org/rfc/rfc9728.html#section-7.6)
 */
export async function agreeToServer(
  resolved: ResolvedProvider,
  settings: LoginSettings,
  context: Context,
  { progress, questions }: SignInPorts,
): Promise<void> {
  const { resource, scopes, agrees, issuerNamed, provider } = settings;
  if (resource === undefined) {
    return;
  }
  const { issuer } = resolved;
  const own = new URL(issuer).origin;
  const others = endpointsElsewhere(resolved);
  const isOfResource = new URL(resource).origin === own;
  if (isOfResource && others.length === 0) {
    return;
  }
  progress.signsInElsewhere({ resource, issuer, scopes, endpointOrigins: others });
  if (agrees || issuerNamed) {
    return;
  }
  const host = (others.length === 0 ? [own] : others).map((origin) => new URL(origin).host).join(', ');
  if (!isInteractive(context)) {
    throw new AuthenticationRequiredError(
      'person_required',
      `nobody is here to agree that ${provider.label} gets a token of ${host}`,
      {
        hint: `if that is right: oauth-login ${signInTarget(settings)} ${isOfResource ? '--yes' : `--issuer ${safeText(issuer, 400)}`}`,
      },
    );
  }
  if (!(await questions.agreesToServer(provider.label, host))) {
    throw new AbortedError('stopped, nothing was sent', `sign in at an API whose sign-in server you know`);
  }
}
