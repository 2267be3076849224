import type { Reply } from './reverse-proxy.ts';

const replyFields = ['access_token', 'refresh_token', 'id_token', 'device_code'] as const;
const requestFields = ['code_verifier', 'client_secret'] as const;

export type SecretKind = 'code' | (typeof replyFields)[number] | (typeof requestFields)[number];

/** Collects what nobody but the client and the server may see. */
export class IssuedSecrets {
  readonly #kinds = new Map<string, SecretKind>();

  constructor(clientSecrets: readonly string[]) {
    for (const secret of clientSecrets) {
      this.#kinds.set(secret, 'client_secret');
    }
  }

  collectFromRequest(form: URLSearchParams): void {
    for (const field of requestFields) {
      this.#add(field, form.get(field));
    }
  }

  collectFromReply(reply: Reply): void {
    const { location } = reply.headers;
    if (location !== undefined) {
      this.#add('code', new URL(location, 'http://127.0.0.1').searchParams.get('code'));
    }
    if (reply.headers['content-type']?.startsWith('application/json')) {
      const json: Record<string, unknown> = JSON.parse(reply.body.toString('utf8'));
      for (const field of replyFields) {
        this.#add(field, json[field]);
      }
    }
  }

  /** All of them in the order of their appearance, or only those kinds. */
  list(kinds: readonly SecretKind[]): string[] {
    return [...this.#kinds]
      .filter(([, kind]) => kinds.length === 0 || kinds.includes(kind))
      .map(([secret]) => secret);
  }

  #add(kind: SecretKind, value: unknown): void {
    if (typeof value === 'string' && value !== '') {
      this.#kinds.set(value, kind);
    }
  }
}
