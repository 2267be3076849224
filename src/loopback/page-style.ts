/** The one style of all pages; colours are custom properties, so that both schemes can be checked for contrast. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #eef0f4;
  --card: #ffffff;
  --edge: #d5d9e0;
  --text: #1a1f27;
  --quiet: #57606d;
  --inset: #f1f3f6;
  --good: #1a7f4b;
  --calm: #8a5a00;
  --bad: #b3261e;
  --on-mark: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116;
    --card: #171b22;
    --edge: #2c333d;
    --text: #e8ebf0;
    --quiet: #9aa4b2;
    --inset: #20262f;
    --good: #4cc38a;
    --calm: #e2b340;
    --bad: #ff8a80;
    --on-mark: #0e1116;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100svh;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 1.25rem;
  padding: 1.5rem 1rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif;
}
main {
  width: 100%;
  max-width: 32rem;
  padding: clamp(1.5rem, 6vw, 2.5rem);
  background: var(--card);
  border: 1px solid var(--edge);
  border-radius: 0.875rem;
  overflow-wrap: anywhere;
}
main > :last-child { margin-bottom: 0; }
svg { display: block; width: 3rem; height: 3rem; margin-bottom: 1.25rem; fill: currentColor; }
svg path { fill: none; stroke: var(--on-mark); stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.good svg { color: var(--good); }
.calm svg { color: var(--calm); }
.bad svg { color: var(--bad); }
.plain svg { color: var(--quiet); }
h1 { margin: 0 0 0.75rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; text-wrap: balance; }
h2 { margin: 0 0 0.25rem; font-size: 0.875rem; line-height: 1.4; font-weight: 600; color: var(--quiet); }
p { margin: 0 0 1rem; text-wrap: pretty; }
.account { font-weight: 600; }
.inset { margin: 1.25rem 0; padding: 0.875rem 1rem; background: var(--inset); border-radius: 0.5rem; }
.inset p { margin: 0; }
.quiet, footer { color: var(--quiet); font-size: 0.875rem; }
footer, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: 0.92em; }
@media (forced-colors: active) { svg path { stroke: Canvas; } }
`;
