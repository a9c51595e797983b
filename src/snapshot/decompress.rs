//! gzip and zstd, told by their first bytes, and bounded: a file made to fill the memory is an error.

use std::io::Read;
use std::sync::Arc;

use crate::snapshot::ReadError;

/// No account's dump comes near this.
pub(super) const MAX_TEXT: u64 = 4 << 30;
/// Any text may grow to this size…
const ALWAYS_ALLOWED: u64 = 64 << 20;
/// …and beyond it only to so many times its compressed size. Policy dumps shrink 20 to 60 times.
const MAX_RATIO: u64 = 1000;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Whether the bytes begin as a compressed file does.
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || bytes.starts_with(ZSTD)
}

/// The bytes as they were before compression; unchanged when they are not compressed.
pub(super) fn decompress(file: &Arc<str>, bytes: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let limit = MAX_TEXT.min(ALWAYS_ALLOWED.max(size.saturating_mul(MAX_RATIO)));
    if bytes.starts_with(GZIP) {
        let mut text = Vec::new();
        append(
            file,
            "gzip",
            flate2::read::MultiGzDecoder::new(bytes.as_slice()),
            limit,
            &mut text,
        )?;
        Ok(text)
    } else if bytes.starts_with(ZSTD) {
        zstd(file, &bytes, limit)
    } else {
        Ok(bytes)
    }
}

/// A zstd file is one frame after another.
fn zstd(file: &Arc<str>, mut rest: &[u8], limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut text = Vec::new();
    while !rest.is_empty() {
        let decoder = ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(|error| ReadError::Compression {
            file: Arc::clone(file),
            format: "zstd",
            problem: error.to_string(),
        })?;
        append(file, "zstd", decoder, limit, &mut text)?;
    }
    Ok(text)
}

fn append(file: &Arc<str>, format: &'static str, decoder: impl Read, limit: u64, text: &mut Vec<u8>) -> Result<(), ReadError> {
    decoder
        .take(limit + 1)
        .read_to_end(text)
        .map_err(|error| ReadError::Compression {
            file: Arc::clone(file),
            format,
            problem: error.to_string(),
        })?;
    if text.len() as u64 > limit {
        Err(ReadError::TooLarge {
            file: Arc::clone(file),
            limit,
        })
    } else {
        Ok(())
    }
}
