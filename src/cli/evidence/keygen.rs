//! `evidence keygen`.

use leastwise::evidence::EvidenceError;
use leastwise::evidence::PrivateKey;
use leastwise::snapshot::write_atomically;

use crate::evidence::args::Keygen;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

pub(crate) fn run(asked: &Keygen) -> Result<ExitCode, Failure> {
    for path in [&asked.key, &asked.public_key] {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(Failure::Evidence(EvidenceError::Taken {
                path: path.display().to_string(),
            }));
        }
    }
    if asked.key == asked.public_key {
        return Err(Failure::Usage("--key and --public-key name the same file".into()));
    }
    let key = PrivateKey::generate()?;
    let pem = key.public().pem();
    write_atomically(&asked.public_key, |out| out.write_all(pem.as_bytes()))
        .map_err(|error| output::file_failure(&asked.public_key, error))?;
    // Neither half without the other.
    key.write(&asked.key)
        .inspect_err(|_| drop(std::fs::remove_file(&asked.public_key)))?;
    output::lines(&format!("key {}\n", key.public().id()))?;
    Ok(ExitCode::Done)
}
