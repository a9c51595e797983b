//! ARN formats such as `arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}`.

/// How well an ARN fits a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ArnFit {
    /// A hole had to run across `/` or `:`; the number of characters that the format fixes.
    Loose(usize),
    /// Every hole holds one plain name.
    Exact,
}

/// Whether a concrete ARN has a format of the catalog.
#[must_use]
pub fn has_format(format: &str, arn: &str) -> bool {
    arn_fit(format, arn).is_some()
}

/// Whether and how well a concrete ARN has the format; none when it has not.
///
/// Holes of the first five fields take any value, since which fields AWS fills differs by service.
pub(super) fn arn_fit(format: &str, arn: &str) -> Option<ArnFit> {
    ArnParts::of(arn)?.fit(format)
}

/// A concrete ARN, to be compared with many formats.
pub(super) struct ArnParts<'a> {
    head: &'a str,
    resource: &'a str,
}

impl<'a> ArnParts<'a> {
    /// None where the text has fewer than six fields.
    pub(super) fn of(arn: &'a str) -> Option<Self> {
        let (head, resource) = split_resource(arn)?;
        Some(Self { head, resource })
    }

    pub(super) fn fit(&self, format: &str) -> Option<ArnFit> {
        let (head, resource) = split_resource(format)?;
        // Most formats differ in the name of the type, which is seen at once.
        if !self.resource.starts_with(next_literal(resource).0) {
            return None;
        }
        let mut fields = head.split(':').zip(self.head.split(':'));
        let fits = fields.all(|(expected, field)| expected == field || expected == "*" || is_hole(expected));
        fits.then(|| resource_fit(resource, self.resource)).flatten()
    }
}

/// The first five fields, and the sixth.
fn split_resource(text: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr_iter(b':', text.as_bytes()).nth(4)?;
    let (head, rest) = text.split_at_checked(colon)?;
    Some((head, rest.strip_prefix(':')?))
}

fn is_hole(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}')
}

/// The fit of the resource part. Literals are sought leftmost; they hold the separators, so a
/// later place could not do better.
fn resource_fit(format: &str, resource: &str) -> Option<ArnFit> {
    let (literal, mut format) = next_literal(format);
    let mut fixed = literal.len();
    let mut rest = resource.strip_prefix(literal)?;
    let mut is_exact = true;
    while let Some((hole, after)) = next_hole(format) {
        let (literal, tail) = next_literal(after);
        let end = if tail.is_empty() {
            rest.strip_suffix(literal)?.len()
        } else {
            find_after_one(rest, literal)?
        };
        let (value, remaining) = rest.split_at_checked(end)?;
        if value.is_empty() {
            return None;
        }
        is_exact &= hole == Hole::Any || !value.contains(['/', ':']);
        fixed += literal.len();
        rest = remaining.strip_prefix(literal)?;
        format = tail;
    }
    rest.is_empty()
        .then_some(if is_exact { ArnFit::Exact } else { ArnFit::Loose(fixed) })
}

#[derive(PartialEq, Eq)]
enum Hole {
    /// `${Name}`.
    Named,
    /// `*`: AWS's own wildcard in a format.
    Any,
}

/// The text before the next hole, and what begins with that hole.
fn next_literal(format: &str) -> (&str, &str) {
    let mut marks = memchr::memchr2_iter(b'$', b'*', format.as_bytes());
    let begins_hole = |at: &usize| {
        format
            .get(*at..)
            .is_some_and(|rest| rest.starts_with("${") || rest.starts_with('*'))
    };
    let end = marks.find(begins_hole).unwrap_or(format.len());
    format.split_at_checked(end).unwrap_or((format, ""))
}

/// The hole at the start of the format, and what follows it.
fn next_hole(format: &str) -> Option<(Hole, &str)> {
    if let Some(after) = format.strip_prefix('*') {
        return Some((Hole::Any, after));
    }
    Some((Hole::Named, format.strip_prefix("${")?.split_once('}')?.1))
}

/// Where the literal first begins in the text, one character or more from its start.
fn find_after_one(text: &str, literal: &str) -> Option<usize> {
    let first = text.chars().next()?.len_utf8();
    let (_, tail) = text.split_at_checked(first)?;
    tail.find(literal).map(|at| at + first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE: &str = "arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}";
    const OBJECT: &str = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";

    #[test]
    fn plain_names_fit_exactly() {
        assert_eq!(
            arn_fit(INSTANCE, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"),
            Some(ArnFit::Exact)
        );
        assert_eq!(
            arn_fit(INSTANCE, "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-1"),
            Some(ArnFit::Exact)
        );
        assert_eq!(arn_fit(OBJECT, "arn:aws:s3:::bucket/key"), Some(ArnFit::Exact));
    }

    #[test]
    fn other_types_services_and_empty_names_do_not_fit() {
        for arn in [
            "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1",
            "arn:aws:ecs:eu-west-1:111122223333:instance/i-1",
            "arn:aws:ec2:eu-west-1:111122223333:instance/",
            "arn:aws:ec2:eu-west-1:111122223333:instance",
            "arn:aws:ec2",
            "",
        ] {
            assert_eq!(arn_fit(INSTANCE, arn), None, "{arn}");
        }
        assert_eq!(arn_fit(OBJECT, "arn:aws:s3:us-east-1:111122223333:bucket/key"), None);
    }

    #[test]
    fn names_with_separators_fit_loosely() {
        assert_eq!(arn_fit(OBJECT, "arn:aws:s3:::bucket/a/b:c"), Some(ArnFit::Loose(1)));
        assert_eq!(
            arn_fit("arn:${Partition}:s3:::${BucketName}", "arn:aws:s3:::bucket/a"),
            Some(ArnFit::Loose(0))
        );
        assert_eq!(
            arn_fit("arn:${Partition}:braket:*:*:x/${A}/*", "arn:aws:braket:::x/a/b/c"),
            Some(ArnFit::Exact)
        );
        assert_eq!(
            arn_fit("arn:${Partition}:x:::a/${A}/é/${B}", "arn:aws:x:::a/é/é/é"),
            Some(ArnFit::Exact)
        );
    }

    #[test]
    fn the_cluster_is_part_of_a_service_arn() {
        let format = "arn:${Partition}:ecs:${Region}:${Account}:service/${ClusterName}/${ServiceName}";
        assert_eq!(
            arn_fit(format, "arn:aws:ecs:eu-west-1:111122223333:service/c/s"),
            Some(ArnFit::Exact)
        );
        assert_eq!(arn_fit(format, "arn:aws:ecs:eu-west-1:111122223333:service/s"), None);
    }
}
