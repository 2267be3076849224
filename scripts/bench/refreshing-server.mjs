// What stands in the token endpoint of the embedded provider when many processes refresh at once.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Gives `{ extend }` for the embedded provider. `requests` counts refreshes, `answeredAt` is when the last one was
 * answered; `lifetime` (seconds) is what the answers say, and `hold` is waited for before one is sent.
 */
export function refreshingServer() {
  const state = { requests: 0, answeredAt: 0, lifetime: 3600, hold: async () => {} };
  const extend = (provider) => {
    provider.use(async (ctx, next) => {
      await next();
      if (ctx.method !== 'POST' || ctx.oidc?.params?.grant_type !== 'refresh_token') {
        return;
      }
      state.requests += 1;
      if (ctx.status === 200) {
        ctx.body = { ...ctx.body, expires_in: state.lifetime };
      }
      ctx.res.once('finish', () => {
        state.answeredAt = performance.now();
      });
      await state.hold();
    });
  };
  return { state, extend };
}

/**
 * Resolves once the processes, which have computed for `timeAtWork` milliseconds together, hardly do so any more: they
 * wait. After `patience` milliseconds it resolves in any case.
 */
export async function whenQuiet(timeAtWork, patience) {
  const deadline = performance.now() + patience;
  let before = Number.NEGATIVE_INFINITY;
  for (let quiet = 0; quiet < 2 && performance.now() < deadline; ) {
    await sleep(400);
    const now = timeAtWork();
    quiet = now - before <= 100 ? quiet + 1 : 0;
    before = now;
  }
}
