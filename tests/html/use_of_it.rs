//! What a reader does with the page.

use std::sync::Arc;

use leastwise::finding::Report;
use leastwise::report::HtmlOptions;
use serde_json::Value;
use serde_json::json;

use super::assert_quiet;
use super::browser::View;
use super::browser::WIDE;
use super::browser::is_skipped;
use super::browser::look;
use super::file;
use super::js;
use super::page;
use crate::sample_report::reviewed_report;
use crate::sample_report::sample_report;

const SHOWN: &str = "Array.from(document.querySelectorAll('#rows > details:not([hidden])'), (row) => Number(row.dataset.rank))";

/// The ranks of the rows for which it holds.
fn ranks(report: &Report, holds: impl Fn(&leastwise::finding::Finding) -> bool) -> Value {
    let ranks = report.findings.iter().enumerate().filter(|(_, finding)| holds(finding));
    ranks.map(|(index, _)| index + 1).collect::<Vec<_>>().into()
}

#[test]
fn filters_search_and_order_work() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let report = reviewed_report();
    let file = file(folder.path(), &page(&report, HtmlOptions::default()));
    let of = |name: &str| {
        report
            .findings
            .iter()
            .position(|finding| finding.identity.name() == name)
            .unwrap()
            + 1
    };
    let steps = [
        json!({"select": ["#severity", "high"]}),
        js(SHOWN),
        json!({"click": "#reset"}),
        json!({"select": ["#verdict", "undetermined"]}),
        js(SHOWN),
        json!({"click": "#reset"}),
        json!({"select": ["#account", "444455556666"]}),
        js(SHOWN),
        json!({"click": "#reset"}),
        json!({"select": ["#change", "new"]}),
        json!({"select": ["#accepted", "no"]}),
        js(SHOWN),
        js("document.querySelector('#shown').textContent"),
        json!({"click": "#reset"}),
        json!({"fill": ["#text", "OPERATEINSTANCES 203.0.113.0/24"]}),
        json!({"until": "document.querySelectorAll('#rows > details:not([hidden])').length < 3"}),
        js(SHOWN),
        json!({"click": "#reset"}),
        json!({"select": ["#sort", "reach"]}),
        js(SHOWN),
        json!({"select": ["#sort", "account"]}),
        js("Array.from(document.querySelectorAll('#rows > details'), (row) => row.dataset.account)"),
        json!({"click": "#reset"}),
        js(SHOWN),
    ];
    let seen = look(&file, "", WIDE, &steps);
    assert_quiet(&seen, &file);
    let severity = |finding: &leastwise::finding::Finding| finding.score.as_ref().unwrap().severity().word();
    assert_eq!(seen.values[1], ranks(&report, |finding| severity(finding) == "high"));
    assert_eq!(
        seen.values[4],
        ranks(&report, |finding| finding.verdict.word() == "undetermined")
    );
    assert_eq!(
        seen.values[7],
        ranks(&report, |finding| finding.identity.account.to_string() == "444455556666")
    );
    let open = ranks(&report, |finding| {
        finding.change.is_some_and(|change| change.word() == "new") && finding.suppression.is_none()
    });
    assert!(!open.as_array().unwrap().is_empty());
    assert_eq!(seen.values[11], open);
    let said = format!("{} of {} rows", open.as_array().unwrap().len(), report.findings.len());
    assert_eq!(seen.values[12], said);
    assert_eq!(seen.values[16], json!([of("AWSReservedSSO_Operator_0123456789abcdef")]));
    let by_reach = seen.values[19].as_array().unwrap();
    assert_eq!(by_reach[0], of("deploy"));
    assert_eq!(by_reach.len(), report.findings.len());
    let accounts: Vec<&str> = seen.values[21]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert!(accounts.is_sorted() && accounts[0] != *accounts.last().unwrap());
    assert_eq!(seen.values[23], ranks(&report, |_| true));
}

#[test]
fn a_link_opens_its_row_and_the_keyboard_reaches_everything() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let report = reviewed_report();
    let file = file(folder.path(), &page(&report, HtmlOptions::default()));
    let [first, last] =
        [report.findings.first(), report.findings.last()].map(|finding| format!("finding-{}", finding.unwrap().id()));
    let opened = "Array.from(document.querySelectorAll('#rows > details[open]'), (row) => row.id)";
    let steps = [
        json!({"until": "document.querySelector('#rows > details[open] > summary') === document.activeElement"}),
        js(opened),
        // A row that is filtered out comes back when it is asked for.
        json!({"press": "/"}),
        json!({"press": "q"}),
        json!({"until": "document.querySelectorAll('#rows > details:not([hidden])').length === 0 || document.querySelector('#text').value === 'q'"}),
        json!({"fill": ["#text", "zqx-is-in-no-row"]}),
        json!({"until": "document.querySelectorAll('#rows > details:not([hidden])').length === 0"}),
        js(&format!("(location.hash = '#{first}', null)")),
        json!({"until": format!("document.getElementById('{first}').open && !document.getElementById('{first}').hidden")}),
        js(&format!("(document.querySelector('#{last} > summary').focus(), null)")),
        json!({"press": "Enter"}),
        js(opened),
        js(
            "Array.from(document.querySelectorAll('input, select, button')).every((node) => node.labels?.length > 0 || node.textContent !== '')",
        ),
    ];
    let seen = look(&file, &format!("#{last}"), WIDE, &steps);
    assert_quiet(&seen, &file);
    assert_eq!(seen.values[1], json!([last]));
    assert_eq!(seen.values[11], json!([first]), "Enter folds the last row again");
    assert_eq!(seen.values[12], true);
}

/// Texts whose contrast with what is behind them is too low (WCAG 2.2 AA: 4.5; large text 3).
const TOO_FAINT: &str = r"(() => {
    const channels = (text) => text.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (node) => {
        for (; node; node = node.parentElement) {
            const color = channels(getComputedStyle(node).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    let looked = 0;
    const faint = new Set();
    for (const node of document.querySelectorAll('body *')) {
        if (!Array.from(node.childNodes).some((child) => child.nodeType === 3 && child.data.trim())) continue;
        if (!node.checkVisibility() || node.matches('script, option')) continue;
        looked += 1;
        const style = getComputedStyle(node);
        const [a, b] = [light(channels(style.color)), light(behind(node))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const isLarge = parseFloat(style.fontSize) >= 24;
        if (ratio < (isLarge ? 3 : 4.5)) faint.add(`${node.tagName}.${node.className} ${ratio.toFixed(2)}`);
    }
    return [looked, ...faint];
})()";

#[test]
fn contrast_is_enough_in_both_schemes_and_nothing_is_wider_than_the_screen() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), &page(&reviewed_report(), HtmlOptions::default()));
    let unfold = js("document.querySelectorAll('details').forEach((row) => { row.open = true; })");
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        for width in [1280, 390] {
            let view = View { width, scheme, ..WIDE };
            let steps = [
                unfold.clone(),
                js(TOO_FAINT),
                js("document.documentElement.scrollWidth"),
                js("getComputedStyle(document.body).backgroundColor"),
            ];
            let seen = look(&file, "", view, &steps);
            assert_quiet(&seen, &file);
            let faint = seen.values[1].as_array().unwrap();
            assert!(faint[0].as_u64().unwrap() > 300, "{faint:?}");
            assert_eq!(faint.len(), 1, "{scheme}: {faint:?}");
            assert!(seen.values[2].as_u64().unwrap() <= u64::from(width));
            papers.push(seen.values[3].clone());
        }
    }
    assert_ne!(papers[0], papers[3], "there is a dark scheme");
}

#[test]
fn rows_unfold_without_scripts_and_on_paper() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let report = reviewed_report();
    let file = file(folder.path(), &page(&report, HtmlOptions::default()));
    let heights = "Array.from(document.querySelectorAll('#rows .why'), (why) => why.checkVisibility({ contentVisibilityAuto: false }) ? why.offsetHeight : 0)";
    let steps = [
        js("document.querySelector('#rows > details').open"),
        json!({"click": "#rows > details > summary"}),
        js("document.querySelector('#rows > details').open"),
        js("document.querySelector('#rows .why').offsetHeight"),
        json!({"media": "print"}),
        js(heights),
        js("document.querySelector('nav').checkVisibility()"),
        js("['.quiet', 'body'].map((what) => parseFloat(getComputedStyle(document.querySelector(what)).fontSize))"),
    ];
    let view = View { scripts: false, ..WIDE };
    let seen = look(&file, "", view, &steps);
    assert_quiet(&seen, &file);
    assert_eq!([&seen.values[0], &seen.values[2]], [&json!(false), &json!(true)]);
    assert!(seen.values[3].as_u64().unwrap() > 100);
    let heights = seen.values[5].as_array().unwrap();
    assert_eq!(heights.len(), report.findings.len());
    assert!(heights.iter().all(|height| height.as_u64().unwrap() > 50), "{heights:?}");
    assert_eq!(seen.values[6], false);
    let [small, normal] = [0, 1].map(|at| seen.values[7][at].as_f64().unwrap());
    assert!(small < normal && normal < 13.0, "{small} {normal}");
}

#[test]
fn twenty_thousand_rows_load_and_filter() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut report = sample_report();
    let one = report.findings.clone();
    report.findings = one.iter().cycle().take(20_007).cloned().collect();
    for (number, finding) in report.findings.iter_mut().enumerate() {
        let mut identity = (*finding.identity).clone();
        identity.principal = format!("arn:aws:iam::{}:role/service-{number:05}", identity.account).into();
        finding.identity = Arc::new(identity);
    }
    let page = page(&report, HtmlOptions::default());
    let file = file(folder.path(), &page);
    let shown = "document.querySelectorAll('#rows > details:not([hidden])').length";
    let steps = [
        js("document.querySelectorAll('#rows > details').length"),
        js("document.querySelector('#more').textContent"),
        json!({"select": ["#severity", "high"]}),
        json!({"until": format!("{shown} < 20000")}),
        js(shown),
        json!({"click": "#reset"}),
        json!({"until": format!("{shown} === 20000")}),
        json!({"fill": ["#text", "service-12345"]}),
        json!({"until": format!("{shown} === 1")}),
        json!({"fill": ["#text", "service-123"]}),
        json!({"until": format!("{shown} === 100")}),
        // In the page's own clock: until the next picture is drawn.
        js(
            "new Promise((done) => { const start = performance.now(); const sort = document.querySelector('#sort'); \
            sort.value = 'identity'; sort.dispatchEvent(new Event('change')); \
            requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - start)))); })",
        ),
        js(
            "new Promise((done) => { const start = performance.now(); document.querySelector('#reset').click(); \
            requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - start)))); })",
        ),
    ];
    let seen = look(&file, "", WIDE, &steps);
    assert_quiet(&seen, &file);
    assert_eq!(seen.values[0], 20_000);
    let more = seen.values[1].as_str().unwrap();
    assert!(
        more.contains("20,000 most urgent of 20,007") && more.contains("other 7") && more.contains("CSV"),
        "{more}"
    );
    let high = report.findings.iter().take(20_000);
    let high = high
        .filter(|finding| finding.score.as_ref().unwrap().severity().word() == "high")
        .count();
    assert!(high > 0);
    assert_eq!(seen.values[4], high);
    eprintln!(
        "20,000 rows, {} MB: loaded in {} ms, filtered in {} ms, first search {} ms, next search {} ms, ordered in {} ms, reset in {} ms",
        page.len() / 1_000_000,
        seen.loaded,
        seen.values[3],
        seen.values[8],
        seen.values[10],
        seen.values[11],
        seen.values[12]
    );
}
