//! Whose is a bare authorization-details file? Its ARNs tell.

use memchr::memmem;

use crate::ident::AccountId;
use crate::snapshot::ReadError;
use crate::snapshot::SnapshotFile;
use crate::snapshot::decompress::is_compressed;

/// The first list of a dump begins well within this many bytes.
const FIRST_BYTES: usize = 64 << 10;

/// What a bare file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare {
    Account(AccountId),
    /// Authorization details without any ARN of an account.
    NamesNoAccount,
    /// Something else.
    Other,
}

/// Looks into a file, no further than needed.
pub(super) fn look_into(file: &SnapshotFile) -> Result<Bare, ReadError> {
    let first = file.first_bytes(FIRST_BYTES)?;
    if !is_compressed(&first)
        && let Bare::Account(id) = look_at(&first)
    {
        return Ok(Bare::Account(id));
    }
    Ok(look_at(file.read()?.text().as_bytes()))
}

fn look_at(text: &[u8]) -> Bare {
    let has = |name: &str| memmem::find(text, name.as_bytes()).is_some();
    let lists = [
        "\"UserDetailList\"",
        "\"RoleDetailList\"",
        "\"GroupDetailList\"",
        "\"PolicyVersionList\"",
    ];
    if !lists.into_iter().any(has) {
        return Bare::Other;
    }
    let mut places = memmem::find_iter(text, b"\"Arn\"").filter_map(|at| text.get(at + b"\"Arn\"".len()..));
    places.find_map(account_of_value).map_or(Bare::NamesNoAccount, Bare::Account)
}

/// The account of an IAM ARN that stands as the value of a member. The ARNs inside policy documents stand under other
/// names, and those of AWS's own policies have no account id.
fn account_of_value(after_name: &[u8]) -> Option<AccountId> {
    let value = after_name
        .trim_ascii_start()
        .strip_prefix(b":")?
        .trim_ascii_start()
        .strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', value)?;
    let arn = std::str::from_utf8(value.get(..end)?).ok()?;
    let (service, rest) = arn.strip_prefix("arn:")?.split_once(':')?.1.split_once(':')?;
    let account = rest.strip_prefix(':')?.split(':').next()?;
    if service == "iam" { account.parse().ok() } else { None }
}
