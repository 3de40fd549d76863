// The style sheet of a trace's page. Constant text.

/// The style sheet inside every page, in the colours of the documentation.
enum TracePageStyle {
    /// The SHA-256 of ``text`` in Base64, by which the page's policy admits it; a test computes it anew.
    static let hash = "m/2JKnL4fMdt67JUBtGODJUQr/Zxpno6HIpkp0U0/6s="

    static let text = """
        :root {
            color-scheme: light dark;
            --ink: #1c2024; --quiet: #5a636d; --paper: #ffffff; --raised: #f3f5f7; --line: #d9dee3;
            --good: #1a7032; --bad: #b3261e; --notice: #8a5a00; --bar: #0b57a4;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --ink: #e4e7ea; --quiet: #9ba5af; --paper: #14171a; --raised: #1f2428; --line: #343b42;
                --good: #6fcf8b; --bad: #ff8a80; --notice: #f0b84a; --bar: #7db8f5;
            }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
        main { max-width: 75rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 0; }
        h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; }
        p { margin: .25rem 0; }
        .quiet, .source, .label, .time, dt { color: var(--quiet); }
        .outcome { margin: 1.25rem 0 0; padding: .75rem 1rem; background: var(--raised); border-left: .3rem solid var(--good); border-radius: .25rem; }
        .outcome.nothing { border-color: var(--notice); }
        .outcome.failed { border-color: var(--bad); }
        .outcome h2 { margin: 0; }
        .outcome ul { margin: .5rem 0 0; padding-left: 1.2rem; }
        .outcome li { margin: .25rem 0; }
        code, pre { font-family: ui-monospace, "SFMono-Regular", "Noto Sans Mono", Menlo, Consolas, monospace; font-size: .875rem; unicode-bidi: isolate; }
        code, .text { white-space: pre-wrap; }
        .text { unicode-bidi: isolate; }
        pre { margin: .35rem 0; padding: .6rem .8rem; max-height: 24rem; overflow: auto; background: var(--raised); border: 1px solid var(--line); border-radius: .375rem; line-height: 1.4; white-space: pre-wrap; }
        pre:focus-visible, summary:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
        dl { margin: .35rem 0; font-size: .9375rem; }
        dl > div { display: grid; grid-template-columns: minmax(7rem, 14rem) 1fr; gap: 0 1rem; padding: .1rem 0; border-bottom: 1px solid var(--line); }
        dl > div:last-child { border-bottom: 0; }
        dd { margin: 0; }
        ol { list-style: none; margin: 0; padding: 0; }
        li ol { border-left: 1px solid var(--line); margin-left: .45rem; padding-left: .8rem; }
        details > pre, details > dl, details > p { margin-left: 1.4rem; }
        summary { list-style: none; cursor: pointer; }
        summary::-webkit-details-marker { display: none; }
        summary .row { background: linear-gradient(var(--raised), var(--raised)) no-repeat; background-size: 0; }
        summary:hover .row { background-size: 100%; }
        details:not([open]) > summary .body::after { content: " …"; color: var(--quiet); }
        .row { display: grid; grid-template-columns: 1.4rem 7.5rem 1fr auto; align-items: baseline; padding: .15rem 0; }
        .mark { color: var(--quiet); font-weight: 700; }
        .passed > .mark { color: var(--good); }
        .failed > .mark, .failed > .body > .text { color: var(--bad); }
        .noticed > .mark, .issue { color: var(--notice); }
        .issue { display: block; }
        .scenario { margin-top: .35rem; }
        .scenario > .label, .scenario > .body > .text { color: var(--ink); font-weight: 600; }
        .row > .body:nth-child(2) { grid-column: 2 / 4; }
        .name { font-weight: 600; margin-right: .6rem; }
        .source { margin-left: .5rem; }
        .time { white-space: nowrap; padding-left: 1rem; font-size: .875rem; text-align: right; }
        svg { width: 8rem; height: .5rem; margin-left: .6rem; }
        .track { fill: var(--raised); }
        .part { fill: var(--bar); }
        @media (max-width: 40rem) {
            main { padding: .5rem .75rem 2rem; }
            .row { grid-template-columns: 1.2rem 1fr auto; }
            .row > .body { grid-column: 2 / -1; grid-row: 2; }
            .row > .body:nth-child(2) { grid-column: 2 / -1; grid-row: 1; }
            .time { grid-column: 3; grid-row: 1; }
            svg { width: 3.5rem; }
            li ol { margin-left: .3rem; padding-left: .5rem; }
            details > pre, details > dl, details > p { margin-left: .5rem; }
            dl > div { grid-template-columns: 1fr; padding: .3rem 0; }
        }
        @media print { pre { max-height: none; } }

        """
}
