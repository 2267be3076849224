import { plainObject } from '../ground/plain-json.ts';
import type { Profile } from '../profile/profile.ts';
import type { ClientAuthentication, Endpoints, TokenPresentation } from '../providers/provider.ts';
import { isStoreKind } from '../secrets/store-kind.ts';
import type { AccountHead, FailedRefresh, UnfinishedRefresh } from './account.ts';

/** Thrown and caught in this file only: the value is no head. */
class MalformedHead extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function object(value: unknown): Fields {
  const fields = plainObject(value);
  if (fields === undefined) throw new MalformedHead();
  return fields;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new MalformedHead();
  return value;
}

function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw new MalformedHead();
  return [...value];
}

/** The members of these names that are there; each has to be a string. */
function optionalTexts<Name extends string>(fields: Fields, ...names: Name[]): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) if (fields[name] !== undefined) found[name] = text(fields, name);
  return found;
}

/** The members of these names that are there; each has to be `true`. */
function optionalMarks<Name extends string>(fields: Fields, ...names: Name[]): Partial<Record<Name, true>> {
  const found: Partial<Record<Name, true>> = {};
  for (const name of names) {
    if (fields[name] === undefined) continue;
    if (fields[name] !== true) throw new MalformedHead();
    found[name] = true;
  }
  return found;
}

function instant(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (Number.isNaN(Date.parse(value))) throw new MalformedHead();
  return value;
}

function readClientAuthentication(value: unknown): ClientAuthentication {
  if (value === 'none' || value === 'client_secret_post' || value === 'client_secret_basic') return value;
  throw new MalformedHead();
}

function readEndpoints(value: unknown): Partial<Endpoints> {
  return optionalTexts(
    object(value),
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'revocation_endpoint',
    'device_authorization_endpoint',
    'jwks_uri',
  );
}

function readTokenPresentation(fields: Fields): TokenPresentation {
  if (fields.query !== undefined) return { query: text(fields, 'query') };
  if (fields.header !== undefined) return { header: text(fields, 'header') };
  return { scheme: text(fields, 'scheme') };
}

function readProfile(value: unknown): Profile {
  const fields = object(value);
  const verified = fields.email_verified;
  if (verified !== undefined && typeof verified !== 'boolean') throw new MalformedHead();
  return {
    provider: text(fields, 'provider'),
    sub: text(fields, 'sub'),
    ...optionalTexts(fields, 'preferred_username', 'name', 'email'),
    ...(verified !== undefined && { email_verified: verified }),
    ...optionalTexts(fields, 'picture', 'profile'),
    raw: { ...object(fields.raw) },
  };
}

function readUnfinishedRefresh(fields: Fields): UnfinishedRefresh {
  const { state } = fields;
  if (state !== 'sent' && state !== 'rotated') throw new MalformedHead();
  return { sentAt: instant(fields, 'sentAt'), state };
}

function readFailedRefresh(fields: Fields): FailedRefresh {
  return {
    failedAt: instant(fields, 'failedAt'),
    ...(fields.until !== undefined && { until: instant(fields, 'until') }),
    code: text(fields, 'code'),
    message: text(fields, 'message'),
    hint: text(fields, 'hint'),
  };
}

function readFields(fields: Fields): AccountHead {
  const { store, hasRefreshToken } = fields;
  if (!isStoreKind(store) || typeof hasRefreshToken !== 'boolean') throw new MalformedHead();
  return {
    id: text(fields, 'id'),
    provider: text(fields, 'provider'),
    ...optionalTexts(fields, 'preset'),
    label: text(fields, 'label'),
    target: text(fields, 'target'),
    issuer: text(fields, 'issuer'),
    clientId: text(fields, 'clientId'),
    clientAuthentication: readClientAuthentication(fields.clientAuthentication),
    endpoints: readEndpoints(fields.endpoints),
    ...(fields.idTokenAlgorithms !== undefined && { idTokenAlgorithms: texts(fields, 'idTokenAlgorithms') }),
    ...(fields.userInfoAlgorithms !== undefined && {
      userInfoAlgorithms: texts(fields, 'userInfoAlgorithms'),
    }),
    ...optionalTexts(fields, 'redirectUri'),
    ...(fields.tokenPresentation !== undefined && {
      tokenPresentation: readTokenPresentation(object(fields.tokenPresentation)),
    }),
    ...(fields.profile !== undefined && { profile: readProfile(fields.profile) }),
    ...optionalMarks(fields, 'profileUnavailable'),
    scopes: texts(fields, 'scopes'),
    requestedScopes: texts(fields, 'requestedScopes'),
    issuedAt: instant(fields, 'issuedAt'),
    ...(fields.expiresAt !== undefined && { expiresAt: instant(fields, 'expiresAt') }),
    verifiedAt: instant(fields, 'verifiedAt'),
    signedInAt: instant(fields, 'signedInAt'),
    hasRefreshToken,
    ...optionalTexts(fields, 'needsLogin'),
    ...(fields.unfinishedRefresh !== undefined && {
      unfinishedRefresh: readUnfinishedRefresh(object(fields.unfinishedRefresh)),
    }),
    ...(fields.failedRefresh !== undefined && {
      failedRefresh: readFailedRefresh(object(fields.failedRefresh)),
    }),
    ...optionalMarks(fields, 'isTokenRefused', 'isOfflineAccessRefused'),
    store,
    ...optionalMarks(fields, 'allowHttpLoopback'),
    ...optionalTexts(fields, 'caFile', 'extraCaFile', 'host', 'tenant'),
  };
}

/** Reads a head field by field into a fresh object, without what does not belong there; `undefined` when it is none. */
export function readAccountHead(value: unknown): AccountHead | undefined {
  try {
    return readFields(object(value));
  } catch (error) {
    if (error instanceof MalformedHead) return undefined;
    throw error;
  }
}
