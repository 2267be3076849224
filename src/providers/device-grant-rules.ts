/**
 * What a provider does differently in the device authorization grant: RFC 8628 and its other grants do not tell it.
 */
export interface DeviceGrantRules {
  /** Hosts, besides the issuer's, at which a user code may be entered (RFC 8628 §3.2). */
  readonly verificationHosts?: readonly string[];
  /** Where it differs from the other grants; `unused`: the client has one, and this grant neither needs nor sends it. */
  readonly clientSecret?: 'optional' | 'unused';
  /** Another credential replaces the client secret in this grant. It has no other use. */
  readonly clientToken?: { readonly term: string; readonly place: string };
  /** The client authenticates at the token endpoint alone, although RFC 8628 §3.1 has it do so at both. */
  readonly authenticatesWhilePolling?: true;
  /** This grant needs a client or a credential that the others do not use, so it is never chosen unasked. */
  readonly ownRegistration?: true;
  /** The kind of client to register for this grant, where it refuses those of the others. */
  readonly kindOfClient?: string;
  /** The scope parameter under another name; it is sent again with each poll. */
  readonly scopeParameter?: 'scopes';
  /** Scopes that have no meaning in this grant. */
  readonly withoutScopes?: readonly string[];
  /** The endpoint at which a provider with the Graph API's dialect of this grant exchanges the code. */
  readonly loginStatusEndpoint?: string;
  /** The first release of a self-hosted server that has this grant. */
  readonly since?: string;
  /** The next step for an error; `says`: only when the description holds it. The first that fits counts. */
  readonly refusals?: readonly {
    readonly error: string;
    readonly says?: string;
    readonly hint: string;
  }[];
  /** What has to be done once before this grant works; one sentence each. */
  readonly steps: readonly string[];
}
