import { awsInstallation } from './installations/aws.ts';
import { bazelInstallation } from './installations/bazel.ts';
import { cargoInstallation } from './installations/cargo.ts';
import { dockerInstallation } from './installations/docker.ts';
import { gcpInstallation } from './installations/gcp.ts';
import { gitInstallation } from './installations/git.ts';
import { goInstallation } from './installations/go.ts';
import type { Installation, PrintedLines } from './installations/installation.ts';
import { kubernetesInstallation } from './installations/kubernetes.ts';
import { mailLines } from './installations/mail.ts';
import { mcpInstallationFor } from './installations/mcp.ts';
import { terraformInstallation } from './installations/terraform.ts';

const installations: Readonly<Record<string, (client: string | undefined) => Installation | PrintedLines>> = {
  git: () => gitInstallation,
  docker: () => dockerInstallation,
  kubernetes: () => kubernetesInstallation,
  aws: () => awsInstallation,
  gcp: () => gcpInstallation,
  bazel: () => bazelInstallation,
  go: () => goInstallation,
  cargo: () => cargoInstallation,
  terraform: () => terraformInstallation,
  xoauth2: () => mailLines('xoauth2'),
  oauthbearer: () => mailLines('oauthbearer'),
  mcp: mcpInstallationFor,
};

/**
 * How other programs are told to ask, by the kind of the helper, which is known, and the program of `--for` where one kind
 * serves several. Throws a `UsageError` for a program that is not known.
 */
export function installationOf(kind: string, client: string | undefined): Installation | PrintedLines {
  const found = installations[kind];
  if (found === undefined) {
    throw new Error(`no installation of ${kind}`);
  }
  return found(client);
}
