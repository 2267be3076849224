import { awsHelper } from './aws.ts';
import { bazelHelper } from './bazel.ts';
import { cargoHelper } from './cargo.ts';
import { dockerHelper } from './docker.ts';
import { gcpHelper } from './gcp.ts';
import { gitHelper } from './git.ts';
import { goHelper } from './go.ts';
import type { Helper } from './helper.ts';
import { kubernetesHelper } from './kubernetes.ts';
import { oauthbearerHelper, xoauth2Helper } from './mail.ts';
import { mcpHelper } from './mcp.ts';
import { terraformHelper } from './terraform.ts';

/** The helpers by the names that people type. */
export const helpers: Readonly<Record<string, Helper>> = {
  git: gitHelper,
  docker: dockerHelper,
  kubernetes: kubernetesHelper,
  aws: awsHelper,
  gcp: gcpHelper,
  bazel: bazelHelper,
  go: goHelper,
  cargo: cargoHelper,
  terraform: terraformHelper,
  xoauth2: xoauth2Helper,
  oauthbearer: oauthbearerHelper,
  mcp: mcpHelper,
};
