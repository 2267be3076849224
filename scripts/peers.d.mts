export const peers: { readonly packages: string; readonly node: string; readonly python: string };
export function installPackages(): void;
