const texts = {
  'foreign-request': 'a request that does not belong to this sign-in reached the listener and was ignored',
  'foreign-user': 'a program of another user of this machine tried to reach the sign-in and was cut off',
  'browser-unconfirmed':
    'the sign-in came back from another browser than the one it began in, and was not taken; finish it in that one, or open the address above in this one',
  'start-link-opened-twice':
    'the link of this sign-in was opened in a second browser after the first had finished; make sure that the account is yours',
  'posted-reply':
    'an answer arrived as a form (response mode "form_post"), which was not asked for; run the command again with --response-mode form_post',
  'signed-reply':
    'an answer arrived as a JWT (response mode "jwt"), which was not asked for; run the command again with --response-mode jwt',
  'empty-reply':
    'the browser came back without an answer in the address; a server that answers behind the # (response mode "fragment") cannot be used here',
  'oversized-reply':
    'a request was refused because its address and headers are longer than 16 KiB; if it was the answer, the server sends more than can be taken here',
  'second-reply': 'a second, different reply to the sign-in arrived and was ignored',
} as const;

/** An event at the listener that did not end the wait; `text` is one line in this tool's words. */
export interface LoopbackNotice {
  readonly kind: keyof typeof texts;
  readonly text: string;
}

/** Gives a function that passes on the first notice of each kind only, so that nobody can flood the terminal. */
export function onceForEachKind(
  notice: ((notice: LoopbackNotice) => void) | undefined,
): (kind: LoopbackNotice['kind']) => void {
  const given = new Set<LoopbackNotice['kind']>();
  return (kind) => {
    if (!given.has(kind)) {
      given.add(kind);
      notice?.({ kind, text: texts[kind] });
    }
  };
}
