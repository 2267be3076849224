export const peers: {
  readonly packages: string;
  readonly node: string;
  readonly python: string;
  readonly networks: string;
  readonly networkPackages: string;
  readonly networkNode: string;
};
export function installPackages(): void;
