/** The key on its plate: the mark of this tool, in a box of 24 by 24. */
const PLATE = '<rect width="24" height="24" rx="6.5"/>';
const KEY = '<circle cx="8.75" cy="12" r="3.25"/><path d="M12 12h7M16.25 12v2.75M19 12v2"/>';

/** The mark as it stands on a page; the style gives it its colours. */
export const PRODUCT_MARK = `<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${PLATE}<g>${KEY}</g></svg>`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="#4f46e5">${PLATE}</g><g fill="none" stroke="#fff" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${KEY}</g></svg>`;

/** The icon in the tab: in the page itself, so the browser asks nobody for one. */
export const PAGE_ICON = `data:image/svg+xml;base64,${Buffer.from(ICON).toString('base64')}`;
