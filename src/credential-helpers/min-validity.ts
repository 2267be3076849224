/** Seconds for which a token that is handed to another program is good, so that it does not end on its way. */
export const MIN_VALIDITY = 60;
