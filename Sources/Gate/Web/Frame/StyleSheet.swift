/// How the pages look. No fonts or pictures from elsewhere; a test computes the contrast of the colours.
enum StyleSheet {
    static let text = """
        :root {
          color-scheme: light dark;
          --page: #f4f5f9; --sheet: #ffffff; --text: #1b2030; --muted: #565e70; --line: #d5d9e4; --edge: #767e92;
          --accent: #3b3fb6; --on-accent: #ffffff; --link: #3337a8; --soft: #ecedfb;
          --bad: #a81c28; --bad-soft: #fdeeee; --warn: #7a4b00; --warn-soft: #fff5df; --good: #17663a;
          --good-soft: #e9f7ee; --focus: #b45309; --code: #f0f1f6;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #11131a; --sheet: #1a1d27; --text: #e8eaf1; --muted: #a7afc0; --line: #323848; --edge: #7f889d;
            --accent: #a9b0ff; --on-accent: #14163c; --link: #b4baff; --soft: #262a41;
            --bad: #ff9d9d; --bad-soft: #3a1c21; --warn: #f3c677; --warn-soft: #35290f; --good: #86d9a4;
            --good-soft: #14301f; --focus: #fbbf24; --code: #11131a;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
          background: var(--page); color: var(--text); overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; text-wrap: balance; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .75rem; }
        h3 { font-size: 1.05rem; margin: 1.75rem 0 .75rem; }
        p, ul, dl, table, pre, fieldset { margin: 0 0 1rem; }
        a { color: var(--link); text-underline-offset: .15em; }
        a:hover { text-decoration-thickness: .12em; }
        code, pre { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
        :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
        main:focus { outline: none; }
        .skip { position: absolute; left: .5rem; top: -5rem; padding: .75rem 1rem; background: var(--sheet); z-index: 1; }
        .skip:focus { top: .5rem; }
        .unseen { position: absolute; width: 1px; height: 1px; padding: 0; border: 0; overflow: hidden;
          clip-path: inset(50%); min-height: 0; }

        header, main, footer { width: 100%; max-width: 66rem; margin: 0 auto; padding: 1rem; }
        header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; }
        .brand { display: flex; align-items: center; gap: .6rem; font-weight: 650; min-height: 44px; }
        .brand img { display: block; }
        header nav { flex: 1 1 100%; order: 3; }
        header nav ul { display: flex; flex-wrap: wrap; gap: 0 .25rem; list-style: none; margin: 0; padding: 0; }
        header nav a { display: inline-flex; align-items: center; min-height: 44px; padding: 0 .75rem; border-radius: 8px;
          text-decoration: none; }
        header nav a:hover { text-decoration: underline; }
        header nav a[aria-current] { background: var(--soft); font-weight: 600; color: var(--text); }
        .logout { display: flex; align-items: center; gap: .75rem; margin-left: auto; }
        .who { color: var(--muted); }
        main { flex: 1 0 auto; padding-top: .5rem; }
        section, main > form, main > table, main > dl { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px;
          padding: 1.25rem; margin: 0 0 1.25rem; }
        section > :last-child, form > :last-child { margin-bottom: 0; }
        footer { color: var(--muted); display: flex; gap: 1rem; }
        footer a { display: inline-flex; align-items: center; min-height: 44px; }

        .card-page header, .card-page main, .card-page footer { max-width: 29rem; }
        .card-page header, .card-page footer { justify-content: center; }
        .card-page header { padding-top: clamp(1rem, 8vh, 5rem); font-size: 1.1rem; }
        .card-page main { flex: 0 1 auto; background: var(--sheet); border: 1px solid var(--line); border-radius: 16px;
          padding: 1.75rem; width: calc(100% - 2rem); box-shadow: 0 6px 24px rgb(20 24 60 / .06); }
        .card-page main > form, .card-page main > dl { background: none; border: 0; padding: 0; }
        .card-page main > :last-child { margin-bottom: 0; }
        .card-page .actions button, .card-page a.button { width: 100%; }

        .field, fieldset { margin: 0 0 1.1rem; }
        label, legend { display: block; font-weight: 600; padding: 0; }
        fieldset { border: 0; padding: 0; min-width: 0; }
        input, select, button, a.button { font: inherit; min-height: 44px; border-radius: 8px; }
        input, select { width: 100%; margin-top: .3rem; padding: .5rem .75rem; color: var(--text);
          background: var(--sheet); border: 1px solid var(--edge); }
        input[aria-invalid], select[aria-invalid] { border: 2px solid var(--bad); }
        .narrow .field, .narrow fieldset, .narrow > .check { max-width: 29rem; }
        .hint { color: var(--muted); font-size: .925rem; margin: .1rem 0 .3rem; font-weight: 400; }
        span.hint { display: block; margin: 0; }
        .fault { color: var(--bad); font-weight: 600; margin: .1rem 0 .3rem; }
        .check { display: flex; gap: .75rem; align-items: flex-start; padding: .45rem 0; margin: 0 0 .25rem; }
        .check input { width: 24px; height: 24px; min-height: 24px; margin: .1rem 0 0; flex: none; accent-color: var(--accent); }
        .check label { flex: 1; font-weight: 500; min-height: 28px; }
        .actions { margin: 0 0 1rem; }
        button, a.button { display: inline-flex; align-items: center; justify-content: center; padding: .5rem 1.25rem;
          border: 1px solid transparent; background: var(--accent); color: var(--on-accent); font-weight: 600;
          text-decoration: none; cursor: pointer; overflow-wrap: normal; text-align: center; }
        button:hover, a.button:hover { filter: brightness(1.1); }
        button.quiet { background: transparent; color: var(--link); border-color: var(--edge); padding: .5rem .9rem; }
        button.quiet:hover { background: var(--soft); filter: none; }
        button.danger { background: var(--bad); color: var(--sheet); }
        form.inline { display: inline-block; margin: 0; }
        .card-page main > form.guest { border-top: 1px solid var(--line); border-radius: 0; padding-top: 1.25rem;
          margin: 0 0 1.25rem; }
        form.search { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; }
        form.search .field { flex: 1 1 11rem; margin: 0; }
        form.search .actions { margin: 0; }

        .notice { padding: .8rem 1rem; border-radius: 8px; border-left: 5px solid var(--edge); background: var(--soft);
          margin: 0 0 1.25rem; }
        .notice h2 { font-size: 1rem; margin: 0 0 .25rem; }
        .notice > :last-child { margin-bottom: 0; }
        .notice ul { margin: 0; padding-left: 1.2rem; }
        .notice.good { border-color: var(--good); background: var(--good-soft); }
        .notice.warn { border-color: var(--warn); background: var(--warn-soft); }
        .notice.bad { border-color: var(--bad); background: var(--bad-soft); }
        .notice.bad a { color: var(--bad); }
        .notice li { padding: .3rem 0; }
        p.notice.bad { font-weight: 600; color: var(--bad); }
        .muted { color: var(--muted); }
        .reference { color: var(--muted); font-size: .85rem; border-top: 1px solid var(--line); padding-top: .9rem; }
        .badge { display: inline-block; padding: .05rem .55rem; border-radius: 1rem; font-size: .85rem; font-weight: 600;
          background: var(--soft); color: var(--text); }
        .badge.warn { background: var(--warn-soft); color: var(--warn); }
        .badge.ok { background: var(--good-soft); color: var(--good); }

        table { border-collapse: separate; border-spacing: 0; width: 100%; }
        main > table { padding: .25rem 1.25rem; }
        caption { text-align: left; color: var(--muted); font-size: .925rem; padding: 0 0 .5rem; }
        th, td { text-align: left; vertical-align: baseline; padding: .65rem .75rem .65rem 0; border-bottom: 1px solid var(--line); }
        thead th { color: var(--muted); font-size: .875rem; font-weight: 600; }
        tbody th { font-weight: 600; }
        tbody tr:last-child > * { border-bottom: 0; }
        th:last-child, td:last-child { padding-right: 0; }
        .row-link { display: inline-block; padding: .65rem 0; margin: -.65rem 0; }
        dl > div { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: .25rem 1rem; padding: .5rem 0;
          border-bottom: 1px solid var(--line); }
        dl > div:last-child { border-bottom: 0; }
        dt { color: var(--muted); }
        dd { margin: 0; }
        dd ul { margin: 0; padding: 0; list-style: none; }
        .copy { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem;
          overflow-x: auto; white-space: pre; overflow-wrap: normal; }
        .copy.line { white-space: pre-wrap; overflow-wrap: anywhere; }
        .copy + .hint { margin: -.5rem 0 1.25rem; }
        .copy code { -webkit-user-select: all; user-select: all; }
        details.confirm { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 .5rem; }
        details.confirm > summary { min-height: 44px; padding: .6rem .9rem; cursor: pointer; font-weight: 600;
          color: var(--link); }
        details.confirm > div { padding: .25rem .9rem .9rem; }
        .tally { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
        .tally a { display: inline-flex; align-items: center; min-height: 44px; }
        .limits { list-style: none; margin: 0; padding: 0; }
        .limits li { display: flex; flex-wrap: wrap; align-items: center; gap: .1rem .6rem; padding: .15rem 0; }
        meter { width: 5rem; height: .8rem; flex: none; }
        .pager { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; margin: 0 0 1.25rem; }
        .pager a { display: inline-flex; align-items: center; min-height: 44px; }

        @media (min-width: 48.01rem) {
          .short { white-space: nowrap; overflow-wrap: normal; }
          header nav ul { margin: 0 -.75rem; }
          td details.confirm { max-width: 24rem; }
        }
        @media (max-width: 48rem) {
          h1 { font-size: 1.4rem; }
          section, main > form, main > table, main > dl { padding: 1rem; }
          .card-page main { padding: 1.25rem; }
          header nav a { padding: 0 .6rem; }
          .logout { flex: 1 1 auto; justify-content: flex-end; }
          table, tbody, tr, th, td, caption { display: block; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tbody tr { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; margin: 0 0 .75rem; }
          tbody tr:last-child { margin: 0; }
          tbody th, tbody td { border: 0; padding: .2rem 0; }
          tbody td { display: grid; grid-template-columns: minmax(5rem, 7rem) minmax(0, 1fr); gap: .5rem; align-items: baseline; }
          tbody td::before { content: attr(data-column); color: var(--muted); font-size: .875rem; }
          tbody td:has(details), tbody td:has(.limits) { display: block; }
          tbody td:has(details)::before { content: none; }
          tbody th { padding-bottom: .35rem; }
          main > table { background: none; border: 0; padding: 0; }
          main > table tbody tr { background: var(--sheet); }
          dl > div { grid-template-columns: 1fr; gap: 0; }
          .actions button, a.button { width: 100%; }
          form.search .actions button { width: auto; }
        }
        @media (prefers-reduced-motion: no-preference) { .skip { transition: top .1s; } }
        @media (forced-colors: active) { .notice, .badge, button { border: 1px solid; } }
        @media print {
          :root { --page: #fff; --sheet: #fff; --text: #000; --muted: #333; --line: #999; --code: #fff; }
          header nav, .logout, footer, .skip, form, details { display: none; }
          section, .card-page main { border: 0; padding: 0; box-shadow: none; }
          a { color: inherit; }
          .copy { white-space: pre-wrap; overflow-wrap: anywhere; }
          tr, section { break-inside: avoid; }
        }

        """
}
