/// How the page looks: the colours of the console, and a sheet of paper.
enum ReportStyle {
    static let logo: StaticString = """
        <svg class="logo" viewBox="0 0 64 64" aria-hidden="true" focusable="false"><rect width="64" height="64" rx="14" \
        fill="#3b3fb6"/><path d="M14 54V31a18 18 0 0 1 36 0v23z" fill="#f4f1ff"/><circle cx="38" cy="29" r="5" \
        fill="#f2a33a"/><path d="M14 54v-5l11-13 10 12 6-6 9 9v3z" fill="#5f63d8"/><path d="M14 54V31a18 18 0 0 1 18-18v41z" \
        fill="#f4f1ff"/><circle cx="27" cy="37" r="2.4" fill="#3b3fb6"/></svg>
        """

    static let text: StaticString = """

        :root {
          color-scheme: light dark;
          --page: #f4f5f9; --sheet: #ffffff; --text: #1b2030; --muted: #565e70; --line: #d5d9e4; --rail: #e4e7ef;
          --critical: #8a1042; --critical-soft: #fbe9f1; --error: #a81c28; --error-soft: #fdeeee;
          --warning: #7a4b00; --warning-soft: #fff5df; --notice: #33508f; --notice-soft: #eaf0fc;
          --ok: #17663a; --ok-soft: #e9f7ee; --code: #f0f1f6; --link: #3337a8;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #11131a; --sheet: #1a1d27; --text: #e8eaf1; --muted: #a7afc0; --line: #323848; --rail: #2b3040;
            --critical: #ff9fc6; --critical-soft: #43172c; --error: #ff9d9d; --error-soft: #3a1c21;
            --warning: #f3c677; --warning-soft: #35290f; --notice: #a9c3ff; --notice-soft: #1d2a48;
            --ok: #86d9a4; --ok-soft: #14301f; --code: #11131a; --link: #b4baff;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere; }
        header, main, footer { max-width: 58rem; margin: 0 auto; padding: 0 1rem; }
        header { padding-top: 1.25rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; text-wrap: balance; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .75rem; }
        h3 { font-size: 1.05rem; line-height: 1.35; margin: 0; display: flex; gap: .5rem; }
        p, ul, table { margin: 0; }
        ul { list-style: none; padding: 0; }
        code { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
          background: var(--code); border-radius: 4px; padding: .05em .3em; }
        .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .note, .id, .seen, footer { color: var(--muted); font-size: .9rem; }

        .brand { display: flex; align-items: center; gap: .6rem; font-weight: 650; margin: 0 0 1rem; }
        .logo { width: 2rem; height: 2rem; }
        .verdict { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem;
          background: var(--sheet); border: 1px solid var(--line); border-left: 6px solid var(--mine);
          border-radius: 5px 12px 12px 5px; padding: 1.1rem 1.25rem; }
        .tally { display: flex; flex-wrap: wrap; gap: .4rem; }
        .seen { padding: .75rem 0 1.5rem; line-height: 1.6; }

        .critical { --mine: var(--critical); --mine-soft: var(--critical-soft); }
        .error { --mine: var(--error); --mine-soft: var(--error-soft); }
        .warning { --mine: var(--warning); --mine-soft: var(--warning-soft); }
        .notice { --mine: var(--notice); --mine-soft: var(--notice-soft); }
        .ok { --mine: var(--ok); --mine-soft: var(--ok-soft); }
        .unknown { --mine: var(--muted); --mine-soft: var(--code); }
        .badge { display: inline-block; padding: .1rem .65rem; border-radius: 1rem; font-size: .875rem; font-weight: 600;
          white-space: nowrap; color: var(--mine); background: var(--mine-soft); }
        a.badge { text-decoration: none; }
        a.badge:hover { text-decoration: underline; }
        a:focus-visible { outline: 3px solid var(--mine); outline-offset: 2px; }

        section { margin: 0 0 2rem; }
        table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--sheet);
          border: 1px solid var(--line); border-radius: 12px; padding: .35rem 1.25rem; margin: 0 0 .5rem; }
        th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
        tbody tr:last-child > * { border-bottom: 0; }
        thead th { color: var(--muted); font-size: .875rem; font-weight: 600; }
        tbody th { font-weight: 600; }
        th:last-child, td:last-child { padding-right: 0; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .score { font-weight: 600; width: 2.5rem; }
        .bar { width: 40%; }
        .bar svg { display: block; width: 100%; height: .5rem; border-radius: .25rem; fill: var(--mine); }
        .bar .rail { fill: var(--rail); }

        article { background: var(--sheet); border: 1px solid var(--line); border-left: 6px solid var(--mine);
          border-radius: 5px 12px 12px 5px; padding: 1rem 1.25rem; margin: 0 0 1rem; }
        .not { color: var(--muted); font-weight: 400; }
        .mark { color: var(--mine); font-weight: 700; flex: none; }
        .id { padding-left: 1.45rem; margin: .1rem 0 .6rem; }
        .id code { background: none; padding: 0; }
        .places li, .places div + div { padding: .3rem 0 0; }
        .places li + li:has(p) { border-top: 1px solid var(--line); margin-top: .7rem; padding-top: .7rem; }
        .place { font-weight: 600; }
        .places p { margin: .25rem 0 0; }
        .evidence { margin: .5rem 0 0; }
        .help { position: relative; margin: .5rem 0 0; padding: .45rem .75rem .45rem 2rem; border-radius: 8px;
          background: var(--ok-soft); }
        .places .help { margin: .4rem 0 .2rem; }
        .help::before { content: "→"; position: absolute; left: .75rem; color: var(--ok); font-weight: 700; }
        .help code { background: var(--sheet); }
        .unseen { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: .5rem 1.25rem; }
        .unseen li { padding: .5rem 0; }
        .unseen li + li { border-top: 1px solid var(--line); }
        footer { padding-bottom: 2rem; }

        @media (max-width: 34rem) {
          h1 { font-size: 1.35rem; }
          table { padding: .35rem 1rem; }
          thead { display: none; }
          table, tbody { display: block; }
          tbody tr { display: grid; grid-template-columns: 1fr 2rem 2.5rem; gap: .1rem .75rem; align-items: center;
            padding: .6rem 0; border-bottom: 1px solid var(--line); }
          tbody tr:last-child { border-bottom: 0; }
          tbody th, tbody td { border: 0; padding: 0; }
          .bar { grid-column: 1; grid-row: 2; width: auto; }
          .score { grid-column: 2; grid-row: 2; width: auto; }
          tbody td:last-child { grid-column: 3; grid-row: 2; color: var(--muted); }
          tbody th, .state { grid-column: 1 / 4; grid-row: 1; }
          .state { justify-self: end; }
          article, .verdict { padding: .9rem 1rem; }
        }
        @page { size: A4; margin: 16mm 15mm; }
        @media print {
          :root {
            color-scheme: light;
            --page: #ffffff; --sheet: #ffffff; --text: #000000; --muted: #444a58; --line: #c3c8d4; --rail: #e4e7ef;
            --critical: #8a1042; --critical-soft: #ffffff; --error: #a81c28; --error-soft: #ffffff;
            --warning: #7a4b00; --warning-soft: #ffffff; --notice: #33508f; --notice-soft: #ffffff;
            --ok: #17663a; --ok-soft: #ffffff; --code: #ffffff;
          }
          html { font-size: 9.5pt; }
          header, main, footer { max-width: none; padding: 0; }
          .badge { border: 1px solid var(--mine); }
          code { padding: 0; }
          .help { padding-top: 0; padding-bottom: 0; }
          h2, h3, .id, thead { break-after: avoid; }
          article, tr, .places li, .help { break-inside: avoid; }
          article.long { break-inside: auto; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
          article { padding: .7rem 1rem; margin-bottom: .7rem; }
          section { margin-bottom: 1.4rem; }
        }

        """
}
