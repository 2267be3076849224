/** Where the sealing key lives. */
export type StoreKind = 'keychain' | 'passphrase' | 'file';

/** Whether the value is the name of a store. */
export function isStoreKind(value: unknown): value is StoreKind {
  return value === 'keychain' || value === 'passphrase' || value === 'file';
}
