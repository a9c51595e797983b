//! Containment and overlap of patterns agree with matching.

use leastwise::ident::Arn;
use leastwise::ident::ArnPattern;
use leastwise::ident::Glob;
use leastwise::ident::GlobToken;
use leastwise::ident::PrefixMatch;
use leastwise::ident::Ternary;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const TOKENS: [GlobToken; 6] = [
    GlobToken::Char('a'),
    GlobToken::Char(':'),
    GlobToken::AnyRun,
    GlobToken::AnyOne,
    GlobToken::RunWithoutColon,
    GlobToken::OneWithoutColon,
];

fn glob() -> impl Strategy<Value = Glob> {
    vec(select(TOKENS.to_vec()), 0..6).prop_map(|tokens| tokens.into_iter().collect())
}

/// Every text of up to six letters: one that globs name, the colon, and one that they do not name.
fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut longest = all.clone();
    for _ in 0..6 {
        longest = longest
            .iter()
            .flat_map(|text| ['a', ':', 'z'].map(|letter| format!("{text}{letter}")))
            .collect();
        all.extend(longest.iter().cloned());
    }
    all
}

/// The definition, letter by letter.
fn matches_slowly(tokens: &[GlobToken], text: &str) -> bool {
    let Some((token, rest)) = tokens.split_first() else {
        return text.is_empty();
    };
    let tail = text.get(1..).unwrap_or_default();
    let colon = text.starts_with(':');
    match token {
        GlobToken::Char(c) => text.starts_with(*c) && matches_slowly(rest, tail),
        GlobToken::AnyOne => !text.is_empty() && matches_slowly(rest, tail),
        GlobToken::OneWithoutColon => !text.is_empty() && !colon && matches_slowly(rest, tail),
        GlobToken::AnyRun => matches_slowly(rest, text) || (!text.is_empty() && matches_slowly(tokens, tail)),
        GlobToken::RunWithoutColon => matches_slowly(rest, text) || (!text.is_empty() && !colon && matches_slowly(tokens, tail)),
    }
}

proptest! {
    /// Five tokens need at most a text of five letters to tell them apart, so six letters are enough.
    #[test]
    fn globs_agree_with_their_definition(one in glob(), two in glob()) {
        let (mut covers, mut overlaps) = (true, false);
        for text in texts() {
            let (by_one, by_two) = (one.matches(&text), two.matches(&text));
            prop_assert_eq!(by_one, matches_slowly(one.tokens(), &text), "{:?} {}", one, text);
            covers &= by_one || !by_two;
            overlaps |= by_one && by_two;
        }
        // A wider alphabet can only show more, so a claim of containment must hold here too.
        prop_assert!(!one.covers(&two) || covers, "covers {one:?} {two:?}");
        prop_assert!(one.covers(&two) || !covers || two.tokens().len() > 3, "covers {one:?} {two:?}");
        prop_assert_eq!(one.overlaps(&two) , overlaps || (one.overlaps(&two) && one.tokens().len() + two.tokens().len() > 6), "overlaps {:?} {:?}", one, two);
        prop_assert_eq!(one.overlaps(&two), two.overlaps(&one));
        prop_assert!(one.covers(&one));
    }

    #[test]
    fn a_known_prefix_tells_what_all_its_texts_do(glob in glob(), prefix in "[a:z]{0,3}", rest in "[a:z]{0,4}") {
        let matched = glob.matches(&format!("{prefix}{rest}"));
        match glob.matches_with_prefix(&prefix) {
            PrefixMatch::All => prop_assert!(matched),
            PrefixMatch::None => prop_assert!(!matched),
            PrefixMatch::Some => {}
        }
    }

    #[test]
    fn arn_patterns_agree_with_matching(one in pattern(), two in pattern(), arn in arn()) {
        let (by_one, by_two) = (one.matches(&arn, || None), two.matches(&arn, || None));
        let certain = |answer| matches!(answer, Ternary::Yes | Ternary::Open(leastwise::ident::OpenPoint::WildcardInArnService));
        if one.covers(&two) && certain(by_two) {
            prop_assert!(certain(by_one), "{one:?} {two:?} {arn}");
        }
        if certain(by_one) && certain(by_two) {
            prop_assert!(one.overlaps(&two), "{one:?} {two:?} {arn}");
        }
        prop_assert!(one.covers(&one));
        prop_assert!(ArnPattern::Everything.covers(&one));
    }
}

fn field(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(words.to_vec())
}

fn pattern() -> impl Strategy<Value = ArnPattern> {
    let written = (
        field(&["aws", "aws*", "*"]),
        field(&["ec2", "e*", "*"]),
        field(&["us-east-1", "us-*", "*", ""]),
        field(&["111122223333", "*", ""]),
        field(&["instance/i-1", "instance/*", "inst*", "*", "*/*", "a:b", "?*:*"]),
        1..6_usize,
    );
    prop_oneof![
        1 => Just("*".to_owned()),
        9 => written.prop_map(|(partition, service, region, account, resource, fields)| {
            let all = ["arn", partition, service, region, account, resource];
            all[..=fields].join(":")
        }),
    ]
    .prop_map(|text| ArnPattern::parse(&text, true).unwrap())
}

fn arn() -> impl Strategy<Value = Arn> {
    (
        field(&["aws", "aws-cn"]),
        field(&["ec2", "ecs"]),
        field(&["us-east-1", "eu-west-1", ""]),
        field(&["111122223333", ""]),
        field(&["instance/i-1", "instance/i-2", "a:b", "volume/v"]),
    )
        .prop_map(|(partition, service, region, account, resource)| {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
                .parse()
                .unwrap()
        })
}
