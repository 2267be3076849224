/** The operating system's keychain; every call throws a `StoreError` that tells absent, locked, denied and late apart. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | undefined>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}
