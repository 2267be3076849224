// undici publishes no types for its parts, and no `exports` that would forbid importing them.
declare module 'undici/lib/dispatcher/agent.js' {
  import type { Agent } from 'undici';

  const part: typeof Agent;
  export = part;
}
declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  function request(this: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  export = request;
}
