/** Where the sealing key can live. */
export const storeKinds = ['keychain', 'passphrase', 'file'] as const;

/** Where the sealing key lives. */
export type StoreKind = (typeof storeKinds)[number];

/** Whether the value is the name of a store. */
export function isStoreKind(value: unknown): value is StoreKind {
  return storeKinds.some((kind) => kind === value);
}
