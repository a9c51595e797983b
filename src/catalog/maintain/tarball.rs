//! The tarball: its hash, and its files. Knows as much of gzip and tar as `npm pack` writes.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;
use sha2::Sha512;

use crate::Failure;

/// Compares the tarball with the registry's integrity string, `sha512-` and base64.
pub(crate) fn verify(bytes: &[u8], integrity: &str) -> Result<(), Failure> {
    let actual = format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)));
    if actual == integrity {
        return Ok(());
    }
    Err(format!("the tarball's hash is {actual}, not {integrity}; download it again").into())
}

/// The files of a gzipped tar archive by path.
pub(crate) fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut archive = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut archive)?;
    let mut files = BTreeMap::new();
    let mut rest = archive.as_slice();
    while let Some((header, after)) = rest.split_at_checked(512) {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        let size = usize::from_str_radix(text_at(header, 124, 12)?.trim(), 8)?;
        let (content, _) = after.split_at_checked(size).ok_or("the tarball ends inside a file")?;
        let is_file = matches!(header.get(156), Some(b'0' | 0));
        if is_file {
            let (prefix, name) = (text_at(header, 345, 155)?, text_at(header, 0, 100)?);
            let path = if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}/{name}")
            };
            files.insert(path, content.to_vec());
        }
        rest = after.get(size.next_multiple_of(512)..).unwrap_or_default();
    }
    Ok(files)
}

/// A text field of a header, up to its first zero byte.
fn text_at(header: &[u8], start: usize, length: usize) -> Result<&str, Failure> {
    let field = header.get(start..start + length).ok_or("the tarball has a short header")?;
    let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(std::str::from_utf8(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_hash_is_refused() {
        let empty = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
        assert!(verify(b"", empty).is_ok());
        assert!(verify(b"x", empty).unwrap_err().to_string().contains("download it again"));
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(unpack(b"not gzip").is_err());
    }
}
