import { StoreError } from '../../src/ground/errors.ts';
import type { Keychain } from '../../src/ground/ports.ts';

/** How a fake keychain misbehaves. */
export type KeychainMode =
  | 'ok'
  | 'missing library'
  | 'no service'
  | 'locked'
  | 'denied'
  | 'hangs'
  | 'fails on write'
  | 'forgets'
  | 'too small';

function failure(code: 'store_unavailable' | 'store_locked' | 'store_denied' | 'store_timeout'): StoreError {
  return new StoreError(code, `the fake keychain: ${code}`, { hint: 'use another fake keychain' });
}

/** A keychain in memory that counts what is asked of it and can fail in each way a real one does. */
export class FakeKeychain implements Keychain {
  mode: KeychainMode;
  readonly items = new Map<string, string>();
  readonly calls = { open: 0, get: 0, set: 0, delete: 0 };

  constructor(mode: KeychainMode = 'ok') {
    this.mode = mode;
  }

  /** What a context has as `openKeychain`. */
  readonly open = async (): Promise<Keychain> => {
    this.calls.open += 1;
    if (this.mode === 'missing library') {
      throw failure('store_unavailable');
    }
    return this;
  };

  async getPassword(service: string, account: string): Promise<string | undefined> {
    this.calls.get += 1;
    await this.#misbehave();
    return this.mode === 'forgets' ? undefined : this.items.get(`${service}/${account}`);
  }

  async setPassword(service: string, account: string, password: string): Promise<void> {
    this.calls.set += 1;
    await this.#misbehave();
    if (this.mode === 'fails on write') {
      throw failure('store_unavailable');
    }
    // What Windows allows (CRED_MAX_CREDENTIAL_BLOB_SIZE is 5 * 512 bytes of UTF-16).
    if (this.mode === 'too small' && password.length > 1_280) {
      throw failure('store_unavailable');
    }
    this.items.set(`${service}/${account}`, password);
  }

  async deletePassword(service: string, account: string): Promise<boolean> {
    this.calls.delete += 1;
    await this.#misbehave();
    return this.items.delete(`${service}/${account}`);
  }

  async #misbehave(): Promise<void> {
    if (this.mode === 'no service') {
      throw failure('store_unavailable');
    }
    if (this.mode === 'locked') {
      throw failure('store_locked');
    }
    if (this.mode === 'denied') {
      throw failure('store_denied');
    }
    // The adapter ends a call that hangs after its deadline.
    if (this.mode === 'hangs') {
      throw failure('store_timeout');
    }
  }
}
