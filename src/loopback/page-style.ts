/** The one style of all pages; colours are custom properties, so that both schemes can be checked for contrast. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f8;
  --glow: #e4e6fb;
  --card: #ffffff;
  --edge: #dfe2ea;
  --text: #171a22;
  --quiet: #596273;
  --inset: #f5f6fa;
  --accent: #4f46e5;
  --good: #16794a;
  --good-halo: #e0f3e8;
  --calm: #8a5a00;
  --calm-halo: #fbefd6;
  --bad: #b3261e;
  --bad-halo: #fbe5e3;
  --plain: #596273;
  --plain-halo: #eceef3;
  --on-mark: #ffffff;
  --screen: #171a24;
  --screen-text: #eef0f6;
  --screen-quiet: #98a1b5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0c0e14;
    --glow: #1a1b38;
    --card: #151820;
    --edge: #2a2f3b;
    --text: #eceef4;
    --quiet: #9ba5b7;
    --inset: #1c202a;
    --accent: #a5a2ff;
    --good: #4fc98f;
    --good-halo: #14301f;
    --calm: #e3b546;
    --calm-halo: #322709;
    --bad: #ff8d83;
    --bad-halo: #3b1a18;
    --plain: #9ba5b7;
    --plain-halo: #232833;
    --on-mark: #0c0e14;
    --screen: #090b10;
    --screen-text: #eef0f6;
    --screen-quiet: #8f99ad;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-block-size: 100vh;
  min-block-size: 100svh;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 1.25rem;
  padding-block: 2rem 3.5rem;
  padding-inline: 1rem;
  background: radial-gradient(60rem 28rem at 50% 0, var(--glow), transparent) no-repeat var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", "Hiragino Sans", "Noto Sans CJK SC", sans-serif;
}
header, main { inline-size: 100%; max-inline-size: 31.5rem; }
header { display: flex; align-items: center; gap: 0.6rem; padding-inline: 0.25rem; font-weight: 600; letter-spacing: -0.01em; }
.mark { inline-size: 1.75rem; block-size: 1.75rem; flex: none; fill: var(--accent); }
.mark g { fill: none; stroke: var(--on-mark); stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
main {
  padding: clamp(1.25rem, 7vw, 2.5rem);
  background: var(--card);
  border: 1px solid var(--edge);
  border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 1rem 2.5rem -1rem rgb(0 0 0 / 14%);
  overflow-wrap: anywhere;
}
main > :last-child { margin-block-end: 0; }
.sign { display: block; inline-size: 2.75rem; block-size: 2.75rem; margin: 0.5rem; margin-block-end: 1.75rem; border-radius: 50%; fill: currentColor; }
.sign path { fill: none; stroke: var(--on-mark); stroke-width: 2.25; stroke-linecap: round; stroke-linejoin: round; }
.good .sign { color: var(--good); box-shadow: 0 0 0 0.5rem var(--good-halo); }
.calm .sign { color: var(--calm); box-shadow: 0 0 0 0.5rem var(--calm-halo); }
.bad .sign { color: var(--bad); box-shadow: 0 0 0 0.5rem var(--bad-halo); }
.plain .sign { color: var(--plain); box-shadow: 0 0 0 0.5rem var(--plain-halo); }
h1 { margin: 0; margin-block-end: 0.5rem; font-size: 1.625rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 0; margin-block-end: 0.5rem; font-size: 0.8125rem; line-height: 1.4; font-weight: 600; color: var(--quiet); }
p { margin: 0; margin-block-end: 1rem; text-wrap: pretty; }
.lead { color: var(--quiet); }
section { margin-block: 1.5rem; }
section p { margin: 0; }
.person { display: flex; align-items: center; gap: 0.875rem; padding: 0.875rem 1rem; background: var(--inset); border: 1px solid var(--edge); border-radius: 0.75rem; }
.avatar { flex: none; display: grid; place-items: center; inline-size: 2.75rem; block-size: 2.75rem; border-radius: 50%; background: var(--accent); color: var(--on-mark); font-size: 1.1875rem; line-height: 1; font-weight: 600; }
.avatar svg { inline-size: 1.5rem; block-size: 1.5rem; fill: currentColor; }
.person p { min-inline-size: 0; line-height: 1.4; }
.person bdi { display: block; }
.name { font-weight: 600; }
.email { color: var(--quiet); font-size: 0.9375rem; }
ul { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 0; padding: 0; list-style: none; }
li { padding: 0.125rem 0.5rem; border: 1px solid var(--edge); border-radius: 0.4375rem; background: var(--inset); font-size: 0.8125rem; }
li.more { border-color: transparent; background: none; color: var(--quiet); padding-inline: 0.25rem; }
code { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.92em; }
p code { padding: 0.1em 0.35em; border-radius: 0.3rem; background: var(--inset); }
.next code { background: none; padding: 0; font-weight: 600; }
.command { padding: 0.8125rem 1rem; border: 1px solid transparent; border-radius: 0.625rem; background: var(--screen); color: var(--screen-text); line-height: 1.45; text-align: start; }
.command code { padding: 0; background: none; -webkit-user-select: all; user-select: all; }
.command::before { content: "$ " / ""; color: var(--screen-quiet); font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.92em; }
.next { padding: 0.875rem 1rem; background: var(--inset); border: 1px solid var(--edge); border-radius: 0.75rem; }
.next h2 { margin-block-end: 0.25rem; }
details { margin-block-start: 1rem; font-size: 0.875rem; color: var(--quiet); }
summary { inline-size: fit-content; padding-block: 0.375rem; cursor: pointer; font-weight: 600; }
details p { margin-block: 0.25rem 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 0.25rem; }
@media (prefers-color-scheme: dark) { .command { border-color: var(--edge); } main { box-shadow: none; } }
@media (forced-colors: active) {
  .sign { forced-color-adjust: none; color: CanvasText; box-shadow: none; margin-inline: 0; margin-block-start: 0; }
  .good .sign, .calm .sign, .bad .sign, .plain .sign { color: CanvasText; box-shadow: none; }
  .sign path, .mark g { stroke: Canvas; }
  .mark { forced-color-adjust: none; fill: CanvasText; }
  .avatar { border: 1px solid CanvasText; }
  .command { border-color: CanvasText; }
}
`;
