/// How the page looks: light and dark, wide and narrow.
enum ReportStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --paper: #fbfaf8; --card: #ffffff; --ink: #1d1b1a; --soft: #6b6560; --line: #e6e1db;
      --accent: #b4411f; --tint: #fbeee7; --good: #2f7d57; --bad: #b3372b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #141312; --card: #1d1b1a; --ink: #f0ece7; --soft: #a39c95; --line: #34302d;
        --accent: #f08a5d; --tint: #2b211c; --good: #6cc196; --bad: #f0806f;
      }
    }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    main, header.top > div, .bar > div { max-width: 72rem; margin: 0 auto; padding: 0 1.5rem; }
    header.top { padding: 3rem 0 1.5rem; }
    h1 { font-size: clamp(1.7rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .5rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.35rem; letter-spacing: -.01em; margin: 3rem 0 .75rem; }
    h3 { font-size: 1.1rem; margin: 0; }
    p { max-width: 44rem; margin: .5rem 0; }
    .soft { color: var(--soft); }
    .small { font-size: .85rem; }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
    .figure { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .8rem 1rem; }
    .figure b { display: block; font-size: 1.6rem; line-height: 1.2; letter-spacing: -.02em; }
    .figure span { color: var(--soft); font-size: .85rem; }
    .note { background: var(--tint); border-left: 3px solid var(--accent); border-radius: .25rem .6rem .6rem .25rem; padding: .8rem 1.1rem; max-width: 52rem; }
    .note p { margin: 0; }
    .bar { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--paper) 88%, transparent); backdrop-filter: blur(8px); border-bottom: 1px solid var(--line); }
    .bar > div { display: flex; gap: 1.25rem; align-items: center; padding-top: .55rem; padding-bottom: .55rem; overflow-x: auto; white-space: nowrap; }
    .bar a { color: var(--soft); text-decoration: none; font-size: .9rem; }
    .bar a:hover { color: var(--ink); }
    .switch { margin-left: auto; display: inline-flex; gap: .5rem; align-items: center; font-size: .9rem; cursor: pointer; }
    .switch input { appearance: none; width: 2.3rem; height: 1.3rem; margin: 0; border-radius: 1rem; background: var(--line); position: relative; cursor: pointer; transition: background .15s; }
    .switch input::after { content: ""; position: absolute; inset: .16rem auto auto .17rem; width: .98rem; height: .98rem; border-radius: 50%; background: var(--card); transition: translate .15s; }
    .switch input:checked { background: var(--accent); }
    .switch input:checked::after { translate: .98rem 0; }
    .switch input:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    th { text-align: left; font-weight: 500; color: var(--soft); font-size: .82rem; }
    th, td { padding: .5rem .9rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
    tr:last-child td { border-bottom: 0; }
    td.n, th.n { text-align: right; }
    td.reason { white-space: normal; min-width: 16rem; }
    td a { color: inherit; text-decoration-color: var(--accent); text-underline-offset: .2em; }
    .meter { display: inline-block; width: 4.5rem; height: .4rem; border-radius: 1rem; background: var(--line); margin-left: .6rem; vertical-align: middle; overflow: hidden; }
    .meter i { display: block; height: 100%; background: var(--good); }
    details.class { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; margin: 1rem 0; }
    details.class > summary { cursor: pointer; list-style: none; padding: 1rem 1.25rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
    summary::-webkit-details-marker { display: none; }
    details.class > summary::before { content: "›"; color: var(--accent); font-weight: 700; transition: rotate .15s; }
    details.class[open] > summary::before { rotate: 90deg; }
    .inside { padding: 0 1.25rem 1.25rem; display: grid; grid-template-columns: 11rem 1fr; gap: 1.5rem; }
    .mean img { width: 100%; border-radius: .6rem; display: block; background: #000; }
    .mean dl { display: grid; grid-template-columns: 1fr auto; gap: .15rem .75rem; margin: .75rem 0 0; font-size: .88rem; }
    .mean dt { color: var(--soft); } .mean dd { margin: 0; text-align: right; }
    .sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: .75rem .6rem; align-content: start; }
    .shot { margin: 0; min-width: 0; }
    .pic { position: relative; border-radius: .5rem; overflow: hidden; background: #000; isolation: isolate; aspect-ratio: var(--ratio, 1); }
    .pic img { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
    .pic .map { mix-blend-mode: screen; opacity: 0; transition: opacity .15s; }
    .pic .photo { transition: filter .15s; }
    body:has(#maps:checked) .pic .map { opacity: 1; }
    body:has(#maps:checked) .pic .photo { filter: grayscale(1) brightness(.5); }
    figcaption { font-size: .75rem; color: var(--soft); margin-top: .25rem; line-height: 1.35; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    figcaption b { color: var(--ink); font-weight: 500; }
    .wrong { color: var(--bad) !important; }
    .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
    .mistake { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: .8rem; margin: 0; min-width: 0; }
    .mistake .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
    .mistake > figcaption { margin-top: .5rem; }
    pre { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.1rem; overflow-x: auto; font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
    footer { color: var(--soft); font-size: .85rem; padding: 2.5rem 0 4rem; }
    .note.calm { background: var(--card); border-left-color: var(--good); }
    .finding { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.1rem 1.25rem; margin: 1rem 0; }
    .finding .scroll { margin: .75rem 0; max-width: 46rem; }
    .meter.strong i { background: var(--accent); }
    .pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1rem; margin-top: .75rem; }
    .change .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem; }
    .change p { margin: .15rem 0 0; }
    img.plain { width: 100%; display: block; border-radius: .5rem; }
    .cloud { width: 100%; max-width: 11rem; margin-top: 1rem; border: 1px solid var(--line); border-radius: .6rem; }
    .cloud circle { opacity: .75; } .cloud circle:hover { stroke: var(--ink); stroke-width: 1.5; opacity: 1; }
    .group + .group { margin-top: 1.25rem; border-top: 1px solid var(--line); padding-top: 1rem; }
    .grouphead { display: flex; gap: .75rem; align-items: center; margin-bottom: .6rem; cursor: pointer; line-height: 1.3; }
    .groupmap { width: 3.2rem; border-radius: .4rem; display: block; background: #000; }
    .dot { display: inline-block; width: .65rem; height: .65rem; border-radius: 50%; margin-right: .4rem; }
    .pick { accent-color: var(--accent); }
    details:has(.pick[data-k="0"]:checked) .cloud circle:not(.k0) { opacity: .12; }
    details:has(.pick[data-k="1"]:checked) .cloud circle:not(.k1) { opacity: .12; }
    details:has(.pick[data-k="2"]:checked) .cloud circle:not(.k2) { opacity: .12; }
    details:has(.pick[data-k="3"]:checked) .cloud circle:not(.k3) { opacity: .12; }
    details:has(.pick[data-k="4"]:checked) .cloud circle:not(.k4) { opacity: .12; }
    details:has(.pick[data-k="5"]:checked) .cloud circle:not(.k5) { opacity: .12; }
    details:has(.pick[data-k="6"]:checked) .cloud circle:not(.k6) { opacity: .12; }
    details:has(.pick[data-k="7"]:checked) .cloud circle:not(.k7) { opacity: .12; }
    @media (max-width: 42rem) {
      main, header.top > div, .bar > div { padding-left: 1rem; padding-right: 1rem; }
      header.top { padding-top: 1.75rem; }
      .bar a { display: none; } .switch { margin-left: 0; width: 100%; justify-content: space-between; }
      .inside { grid-template-columns: 1fr; }
      .mean { display: grid; grid-template-columns: 8rem 1fr; gap: 1rem; align-items: start; }
      .mean dl { margin: 0; }
      .sheet { grid-template-columns: repeat(3, 1fr); }
      .mistakes { grid-template-columns: 1fr; }
    }
    @media print { .bar { display: none; } }
    """
}
