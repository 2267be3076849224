import { ProtocolError } from '../../ground/errors.ts';
import { safeText } from '../../ground/safe-text.ts';
import { checkEndpoint } from '../../providers/endpoint.ts';
import { readAuthenticationChallenges } from '../authentication-challenge.ts';
import { firstTarget } from './link.ts';
import type { PageAccess, ProfilePage } from './profile-page.ts';
import { readTurtle } from './turtle.ts';

const TERMS = 'http://www.w3.org/ns/solid/terms#';
const STORAGE = 'http://www.w3.org/ns/pim/space#Storage';
/** The form that every Solid server and every page with a WebID has (WebID 1.0 §5). */
export const TURTLE = 'text/turtle';

/** The people whom a document names, each with the servers that speak for that person. */
export type WebIds = ReadonlyMap<string, readonly string[]>;

/**
 * The WebIDs of a Turtle document with their issuers. Only those count that are of this document: another one could say
 * anything of them.
 *
 * @see [Solid-OIDC §5.1](https://solidproject.org/TR/oidc#rp-registration)
 */
export function readWebIds({ text, address, mediaType }: ProfilePage): WebIds {
  const statements = mediaType === TURTLE ? (readTurtle(text, address) ?? []) : [];
  const people = new Map<string, string[]>();
  for (const { subject, predicate, object } of statements) {
    if (
      predicate === `${TERMS}oidcIssuer` &&
      withoutFragment(new URL(subject).href) === withoutFragment(address)
    ) {
      const webId = new URL(subject).href;
      const issuers = people.get(webId) ?? [];
      issuers.push(object);
      people.set(webId, issuers);
    }
  }
  return people;
}

/** The address of the document that a WebID is in. */
export function withoutFragment(webId: string): string {
  return webId.replace(/#.*$/s, '');
}

/**
 * The WebID, in the spelling of the URL parser, if the text is one that may be asked for; `undefined` for any other.
 */
export function readWebId(text: unknown, rules: Pick<PageAccess, 'allowHttpLoopback'>): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) {
    return undefined;
  }
  const { href } = new URL(text);
  return 'fault' in checkEndpoint(withoutFragment(href), rules) ? undefined : href;
}

/** Whether an answer is one of a server of Solid, and whose storage it is, where the server says that. */
export interface SolidAnswer {
  readonly isSolid: boolean;
  /** The WebID of the owner. */
  readonly owner?: string;
}

/**
 * Tells whether an answer, be it a refusal, is one of a server of Solid.
 *
 * @see [Solid Protocol §4.1](https://solidproject.org/TR/protocol#storage)
 */
export function solidAnswer({ status, links, address, challenge }: ProfilePage): SolidAnswer {
  const scopes = readAuthenticationChallenges(challenge ?? '').flatMap(({ parameters }) =>
    (parameters.get('scope') ?? '').split(/\s+/),
  );
  const relations = links.flatMap((link) => link.relations);
  const isStorage =
    relations.some((relation) => relation === `${TERMS}storageDescription`) ||
    links.some((link) => link.relations.includes('type') && link.target === STORAGE);
  const owner = firstTarget(links, `${TERMS}owner`, address);
  return {
    isSolid: isStorage || (status === 401 && scopes.includes('webid')),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** The error for a person or a server of Solid that must not be trusted; the message is harmless to a terminal. */
export function untrustedSolid(what: string): ProtocolError {
  return new ProtocolError('protocol_subject_mismatch', `${safeText(what, 600)}; nothing was stored`, {
    hint: 'the profile of a WebID says in solid:oidcIssuer which server speaks for it; correct it there, or sign in at that server',
  });
}
