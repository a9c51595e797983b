//! Names that want to be obeyed, and a page into which somebody put more.

use std::fs;
use std::sync::Arc;

use leastwise::finding::CoverageGap;
use leastwise::finding::Finding;
use leastwise::finding::Report;
use leastwise::finding::Severity;
use leastwise::finding::Trend;
use leastwise::finding::TrendPoint;
use leastwise::report::HtmlOptions;
use leastwise::report::is_hidden;
use serde_json::Value;

use super::assert_quiet;
use super::browser::View;
use super::browser::WIDE;
use super::browser::is_skipped;
use super::browser::look;
use super::file;
use super::js;
use super::page;
use crate::sample_report::reviewed_report;

const EVIL: [&str; 6] = [
    "<script>window.pwned = 1; alert(1)</script>",
    "\"><img src=https://evil.test/x onerror='window.pwned = 1'>",
    "' onmouseover='window.pwned = 1' style='color: red",
    "javascript:window.pwned=1",
    "</details></div></script></style><iframe srcdoc='<script>parent.pwned = 1</script>'>",
    "\u{202e}gpj.exe\u{2066}\u{5d0}\u{5d1} &lt;b&gt; <!-- --> ${1} {{1}}",
];

/// The report, in which every text of a row is hostile, one of them 10,000 characters long.
fn hostile() -> Report {
    let mut report = reviewed_report();
    let long = format!("<b>{}", "w\u{200f}é🚀!".repeat(2_000));
    let names = EVIL.iter().copied().chain([&*long]).cycle();
    for (finding, name) in report.findings.iter_mut().zip(names) {
        let name: Arc<str> = name.into();
        let mut identity = (*finding.identity).clone();
        identity.principal = format!("{}/{name}", identity.principal).into();
        identity.account_name = Some(Arc::clone(&name));
        identity.ou_path = Some(Arc::clone(&name));
        identity.tags = Some([((&*name).into(), (&*name).into())].into());
        for evidence in &mut identity.access_analyzer {
            evidence.detail = Arc::clone(&name);
        }
        let cite = |mut citation: leastwise::finding::Citation| {
            citation.policy = Arc::clone(&name);
            citation.sid = Some(Arc::clone(&name));
            citation.via = Some(Arc::clone(&name));
            // Of a text and of a statement, in which marks are looked for.
            citation.text = Some(if citation.statement.is_some() {
                serde_json::json!({"Effect": &*name, "Action": ["*", &*name], "NotResource": &*name})
                    .to_string()
                    .into()
            } else {
                Arc::clone(&name)
            });
            citation
        };
        *finding = Finding {
            identity: Arc::new(identity),
            action: Arc::clone(&name),
            grants: finding.grants.iter().cloned().map(cite).collect(),
            limits: finding.limits.iter().cloned().map(cite).collect(),
            unknowns: Arc::new([Arc::clone(&name)]),
            gaps: Arc::new([Arc::clone(&name)]),
            representative_resource: Some(name),
            ..finding.clone()
        };
    }
    for rule in &mut report.facts.rules {
        rule.title = EVIL[0].into();
        rule.fix = EVIL.join("\n\n").into();
    }
    report.trend = Some(Trend {
        points: vec![TrendPoint {
            as_of: "2026-01-01T00:00:00Z".parse().unwrap(),
            chosen_rows: None,
            accounts: u64::MAX,
            identities: u64::MAX,
            counts: [(Some(Severity::High), u64::MAX), (None, u64::MAX)].into(),
        }],
        left_out: EVIL.map(Into::into).to_vec(),
    });
    report.gaps = EVIL
        .map(|name| CoverageGap {
            account: None,
            source: name.into(),
            what: name.into(),
            consequence: name.into(),
        })
        .to_vec();
    report
}

const DONE: &str = "({
    pwned: window.pwned ?? null,
    loaders: document.querySelectorAll('img, iframe, object, embed, link, base, form, video, audio, source').length,
    scripts: document.scripts.length,
    links: Array.from(document.querySelectorAll('a'), (link) => link.getAttribute('href')).filter((to) => !/^#[a-z0-9-]+$/.test(to)),
    handlers: Array.from(document.querySelectorAll('*')).flatMap((node) => Array.from(node.attributes, (a) => a.name)).filter((name) => name.startsWith('on') || name === 'style'),
    width: document.documentElement.scrollWidth,
    rows: document.querySelectorAll('#rows > details').length,
    text: document.body.textContent,
})";

#[test]
fn hostile_names_do_nothing() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let report = hostile();
    let page = page(&report, HtmlOptions::default());
    let hidden: Vec<char> = page.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
    let file = file(folder.path(), &page);
    let unfold = js("document.querySelectorAll('details').forEach((row) => { row.open = true; })");
    for width in [1280, 390] {
        let seen = look(&file, "", View { width, ..WIDE }, &[unfold.clone(), js(DONE)]);
        assert_quiet(&seen, &file);
        let done = &seen.values[1];
        assert_eq!(done["pwned"], Value::Null);
        assert_eq!(done["loaders"], 0);
        assert_eq!(done["scripts"], 1);
        assert_eq!(done["links"], serde_json::json!([]));
        assert_eq!(done["handlers"], serde_json::json!([]));
        assert!(done["width"].as_u64().unwrap() <= u64::from(width), "{}", done["width"]);
        assert_eq!(done["rows"], report.findings.len());
        let text = done["text"].as_str().unwrap();
        assert!(text.contains(EVIL[0]) && text.contains(EVIL[4]));
        assert!(
            text.contains(&"w\\u{200f}é🚀!".repeat(2_000)),
            "a long name is whole where a row unfolds"
        );
    }
}

#[test]
fn the_policy_of_the_page_lets_nothing_else_in() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let whole = page(&reviewed_report(), HtmlOptions::default());
    let evil = "<script>window.pwned = 1</script><img src=\"https://evil.test/x\" onerror=\"window.pwned = 2\">\
                <p id=\"styled\" style=\"color: rgb(1, 2, 3)\">x</p></main>";
    let file = file(folder.path(), &whole.replace("</main>", evil));
    assert_ne!(fs::read_to_string(&file).unwrap(), whole);
    let steps = [
        js("window.pwned ?? null"),
        js("getComputedStyle(document.querySelector('#styled')).color"),
    ];
    let seen = look(&file, "", WIDE, &steps);
    assert_eq!(seen.values[0], Value::Null);
    assert_ne!(seen.values[1], "rgb(1, 2, 3)");
    let refused = seen.console.iter().filter(|line| line.contains("Content Security Policy"));
    // The script, the image, its handler, the style.
    assert!(refused.count() >= 3, "{:?}", seen.console);
}
