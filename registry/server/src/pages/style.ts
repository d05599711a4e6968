/** The one style sheet: readable on a phone, in light and in dark, with what the browser brings. */
export const styleSheet = `
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --bad: #c22; --good: #182; --warn: #a60; }
@media (prefers-color-scheme: dark) { :root { --bad: #f77; --good: #6c7; --warn: #fb5; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 0 1rem 3rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; padding: 1rem 0; border-bottom: 1px solid var(--line); }
header nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
header form { margin-left: auto; }
a[aria-current] { font-weight: 600; text-decoration: none; color: inherit; }
a.skip { position: absolute; left: -99rem; } a.skip:focus { left: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
td { min-width: 5rem; } td:first-child { min-width: 9rem; } td:last-child { min-width: 14rem; }
td code { overflow-wrap: break-word; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; } pre { white-space: pre-wrap; background: var(--soft); padding: .75rem; }
.soft { opacity: .75; } .bad { color: var(--bad); } .good { color: var(--good); } .warn { color: var(--warn); }
.diff td, .diff td:first-child { min-width: 18rem; border: 0; padding: 0 .5rem; white-space: pre-wrap; width: 50%; font: .8125rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
.diff .gone { background: #f443; } .diff .come { background: #4b53; }
input, button { font: inherit; padding: .35rem .6rem; max-width: 100%; } label { display: block; margin: .75rem 0; }
@media (max-width: 40rem) {
  header form, header form * { width: 100%; margin: 0; }
  td, td:first-child { min-width: 4rem; } td:last-child { min-width: 9rem; } th, td { padding-right: .5rem; }
}
:focus-visible { outline: 3px solid #48f; outline-offset: 2px; }
`;
