//! `demo`: the audit of the shipped sample organization, built into the program.

use clap::Args;
use leastwise::snapshot::Source;

use crate::args::Reading;
use crate::audit::args::Reporting;
use crate::audit::report;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../fixtures/estates/sample/", $path)))
    };
}

/// The files of the sample.
const SAMPLE: &[(&str, &str)] = &[
    file!("accounts/111122223333/access-analyzer-findings.json"),
    file!("accounts/111122223333/account-authorization-details.json"),
    file!("accounts/111122223333/credential-report.csv"),
    file!("accounts/111122223333/inventory.json"),
    file!("accounts/222233334444/access-analyzer-findings.json"),
    file!("accounts/222233334444/account-authorization-details.json"),
    file!("accounts/222233334444/credential-report.csv"),
    file!("accounts/222233334444/inventory.json"),
    file!("accounts/333344445555/access-analyzer-findings.json"),
    file!("accounts/333344445555/account-authorization-details.json"),
    file!("accounts/333344445555/credential-report.csv"),
    file!("accounts/333344445555/inventory.json"),
    file!("accounts/444455556666/access-analyzer-findings.json"),
    file!("accounts/444455556666/account-authorization-details.json"),
    file!("accounts/444455556666/credential-report.csv"),
    file!("accounts/444455556666/inventory.json"),
    file!("accounts/555566667777/access-analyzer-findings.json"),
    file!("accounts/555566667777/account-authorization-details.json"),
    file!("accounts/555566667777/credential-report.csv"),
    file!("accounts/555566667777/inventory.json"),
    file!("accounts/666677778888/access-analyzer-findings.json"),
    file!("accounts/666677778888/account-authorization-details.json"),
    file!("manifest.json"),
    file!("organization.json"),
];

pub(crate) fn run(demo: &Demo) -> Result<ExitCode, Failure> {
    let reading = Reading {
        accounts: Vec::new(),
        as_of: None,
        standalone: false,
        threads: None,
    };
    let sample = Source::Memory {
        directory: "fixtures/estates/sample",
        files: SAMPLE,
    };
    let inputs = Inputs::of(vec![sample], &reading)?;
    // The sample has gaps on purpose; they do not make the demonstration incomplete.
    Ok(match report(&inputs, &demo.reporting)? {
        ExitCode::Incomplete => ExitCode::Done,
        code @ (ExitCode::Done | ExitCode::Found | ExitCode::Failed) => code,
    })
}
