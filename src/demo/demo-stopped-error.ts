import { type ErrorOptionsWithHint, OAuthLoginError } from '../ground/errors.ts';

/** A command of the demo failed and has told why; its exit code is passed on. */
export class DemoStoppedError extends OAuthLoginError {
  override readonly name = 'DemoStoppedError';
  readonly exitCode: number;
  constructor(message: string, options: ErrorOptionsWithHint & { readonly exitCode: number }) {
    super('demo_stopped', message, options);
    this.exitCode = options.exitCode;
  }
}
