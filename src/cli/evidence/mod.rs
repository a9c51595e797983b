//! `evidence`: keys, bundles that can be checked later, and the check. docs/evidence.md holds the format.

pub(crate) mod args;
mod create;
mod documents;
mod inputs;
mod keygen;
mod population;
mod run_facts;
mod verify;

use crate::evidence::args::Evidence;
use crate::evidence::args::EvidenceCommand;
use crate::exit::ExitCode;
use crate::exit::Failure;

pub(crate) fn run(asked: &Evidence) -> Result<ExitCode, Failure> {
    match &asked.command {
        EvidenceCommand::Keygen(keygen) => keygen::run(keygen),
        EvidenceCommand::Create(create) => create::run(create),
        EvidenceCommand::Verify(verify) => verify::run(verify),
    }
}
