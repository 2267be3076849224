import type { Context } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { Secret } from '../ground/secret.ts';
import { readSecretFile, sourceName } from '../secrets/secret-file.ts';
import type { SubjectTokenSource } from '../settings/subject-token-source.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { variableName } from '../settings/variables.ts';
import { findCiIdentity, requestCiIdentity } from './ci-identity.ts';

/** A token that says for whom another one is asked for (RFC 8693 §2.1). */
export interface SubjectToken {
  readonly token: Secret;
  readonly type: string;
  /** How an error names where the token came from. */
  readonly sourceName: string;
}

/** Gives the subject token; only the identity of a CI job needs the network for that. */
export type SubjectTokenReader = (fetch: Fetch) => Promise<SubjectToken>;

const TYPE = 'urn:ietf:params:oauth:token-type:';

/**
 * Finds the subject token, without asking anybody yet.
 *
 * Throws a `ConfigurationError` that names the variable to set.
 */
export async function findSubjectToken(
  settings: UnattendedSettings,
  source: Exclude<SubjectTokenSource, { readonly kind: 'account' }>,
  context: Context,
): Promise<SubjectTokenReader> {
  const typed = (token: Secret, standard: string, sourceName: string) => async () => ({
    token,
    type: settings.subjectTokenType ?? `${TYPE}${standard}`,
    sourceName,
  });
  switch (source.kind) {
    case 'ci': {
      const identity = findCiIdentity(context.env, settings);
      const audience = settings.subjectAudience ?? settings.audiences[0] ?? settings.provider.issuer;
      return async (fetch) => {
        const token = await requestCiIdentity(identity, audience, fetch);
        return typed(token, 'jwt', 'the identity of this job')();
      };
    }
    case 'file': {
      const what = { what: 'the subject token', flag: '--subject-token-file' };
      const token = await readSecretFile(source.path, context, what);
      return typed(
        handedOverToken(token.reveal(), sourceName(source.path)),
        'access_token',
        sourceName(source.path),
      );
    }
    case 'environment':
      return typed(ofVariable(source.name, settings, context), 'jwt', source.name);
    case 'variable': {
      const name = variableName(settings.provider.name, 'SUBJECT_TOKEN');
      return typed(ofVariable(name, settings, context), 'access_token', name);
    }
  }
}

function ofVariable(name: string, settings: UnattendedSettings, { env }: Context): Secret {
  const value = variableText(env, name);
  if (value !== undefined) {
    return handedOverToken(value, name);
  }
  throw new ConfigurationError(
    'config_missing_subject_token',
    `${name} is not set: there is no token to exchange at ${settings.provider.label}`,
    {
      hint:
        settings.subjectToken.kind === 'variable'
          ? `set ${name}, or name another place: --subject-from ci, --subject-token-file FILE or --subject-token-env NAME`
          : `set ${name} in this job; in GitLab declare it under id_tokens`,
    },
  );
}

/** A token that was handed over. Throws a `ConfigurationError`. */
export function handedOverToken(text: string, sourceName: string): Secret {
  if (/^[\x21-\x7e]{1,65536}$/.test(text)) {
    return new Secret(text);
  }
  throw new ConfigurationError('config_invalid_value', `${sourceName} does not hold a token`, {
    hint: 'it has to hold the token and nothing else, on one line',
  });
}
