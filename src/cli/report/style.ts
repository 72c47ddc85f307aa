/** How a report looks: by day and by night, on paper, on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --faint: #5b6675; --line: #dde2e8; --paper: #fff; --card: #f6f8fa;
  --accent: #1565c0; --heat: 21 101 192; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --faint: #9aa6b5; --line: #333c48; --paper: #12161c; --card: #1a2029; --accent: #7db8ff;
    --heat: 88 166 255; }
}
@media print { :root { color-scheme: light; --ink: #000; --faint: #444; --line: #bbb; --paper: #fff; --card: #fff;
  --accent: #000; --heat: 21 101 192; } }
* { box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line);
  break-after: avoid; }
p { margin: .5rem 0; max-width: 45rem; }
.faint, figcaption, dt { color: var(--faint); }
code, pre { font: .9em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem;
  overflow-x: auto; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem 1rem; }
.figures b { display: block; white-space: nowrap; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures span { color: var(--faint); font-size: .9rem; }
.curves { display: flex; flex-wrap: wrap; gap: 1rem; }
.curves svg { flex: 1 1 18rem; max-width: 26rem; min-width: 0; width: 100%; height: auto; break-inside: avoid; }
svg > rect:first-child { fill: none; }
svg text[fill="#262626"], svg text[fill="#767676"] { fill: var(--ink); }
svg [stroke="#767676"] { stroke: var(--faint); }
svg [stroke="#e6e6e6"] { stroke: var(--line); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; break-inside: avoid; }
th, td { padding: .3rem .75rem; text-align: right; font-weight: normal; }
th { color: var(--faint); }
tbody th { text-align: left; color: var(--ink); overflow-wrap: anywhere; min-width: 5rem; }
.scores { width: 100%; max-width: 40rem; }
.scores th, .scores td { border-bottom: 1px solid var(--line); }
.scores tbody th, .scores tfoot th { padding-left: 0; }
.scores tfoot th { text-align: left; }
.matrix td { text-align: center; min-width: 3rem; height: 2.5rem; border: 2px solid var(--paper); border-radius: .4rem;
  background: rgb(var(--heat) / calc(.05 + .6 * var(--share))); }
.matrix thead th { text-align: center; }
.matrix .slanted th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; padding: .5rem 0; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1.25rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem;
  break-inside: avoid; }
figure svg, figure img { width: 100%; height: auto; display: block; }
figure img { image-rendering: pixelated; }
figcaption { font-size: .9rem; overflow-wrap: anywhere; }
figcaption b { color: var(--ink); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .35rem 1.25rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 1.2rem; }
@media (max-width: 30rem) { body { padding: 1rem .9rem 3rem; } dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; } th, td { padding: .3rem .4rem; } }
@media print { pre { white-space: pre-wrap; } body { padding: 0; max-width: none; font-size: .85rem; } h2 { margin-top: 1.5rem; } }
`;
