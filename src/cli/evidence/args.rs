//! The arguments of `evidence`.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use leastwise::finding::Severity;

use crate::args::Sources;
use crate::args::severity;

/// The text of `evidence create --help` about exit codes.
const CREATE_EXIT_CODES: &str = "\
Exit codes:
  0  the bundle is there
  2  wrong usage, or nothing could be read or written: there is no bundle
  3  the bundle is there, and something could not be read (population.json lists the gaps)";

/// The text of `evidence verify --help` about exit codes.
const VERIFY_EXIT_CODES: &str = "\
Exit codes:
  0  every file is what was signed, and with --replay the audit gives the same bytes
  1  a file differs; the first one is named
  2  wrong usage, or something could not be read";

#[derive(Debug, Args)]
pub(crate) struct Evidence {
    #[command(subcommand)]
    pub(crate) command: EvidenceCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Make a key pair: Ed25519, PEM.
    Keygen(Keygen),
    /// Audit the sources, and keep inputs, reports and population in a signed directory.
    #[command(after_help = CREATE_EXIT_CODES)]
    Create(Create),
    /// Check a bundle offline: its signature, then every file.
    #[command(after_help = VERIFY_EXIT_CODES)]
    Verify(Verify),
}

#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// The new file of the private key (PKCS#8). Only its owner can read it; an older file is never overwritten.
    #[arg(long, value_name = "KEY.pem")]
    pub(crate) key: PathBuf,
    /// The new file of the public key, for those who check.
    #[arg(long, value_name = "PUB.pem")]
    pub(crate) public_key: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// The private key that signs: `leastwise evidence keygen` or `openssl genpkey -algorithm ed25519` makes one.
    #[arg(long, value_name = "KEY.pem")]
    pub(crate) key: PathBuf,
    /// The directory to make; it appears whole or not at all.
    #[arg(long, short, value_name = "BUNDLE_DIR")]
    pub(crate) output: PathBuf,
    /// Keep only the hashes of the inputs. Reports still hold names, ARNs and places of statements.
    #[arg(long)]
    pub(crate) redact: bool,
    /// Report only identities whose ARN matches (`*` and `?` are wildcards; repeatable).
    #[arg(long = "principal", value_name = "ARN")]
    pub(crate) principals: Vec<String>,
    /// Report only findings of at least this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Option<Severity>,
    /// A rule file or a folder of them, beside the built-in rules (repeatable). They are kept in the bundle.
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Apply the suppressions of this configuration file, which is kept in the bundle; its other settings do not count here.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// An earlier JSON report, which is kept in the bundle: every row says how it stands to it, and what is gone is listed.
    #[arg(long, value_name = "REPORT")]
    pub(crate) baseline: Option<PathBuf>,
    /// Add what the audit says of the controls of this framework, such as nist-800-53r5, or of a file that ends in .toml,
    /// which is kept in the bundle (repeatable).
    #[arg(long, value_name = "NAME")]
    pub(crate) controls: Vec<String>,
    /// Give identities that can do nothing a row too.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    /// The public key of who must have signed. Take it from where you know it to be theirs, not from beside the bundle.
    #[arg(long, value_name = "PUB.pem")]
    pub(crate) public_key: PathBuf,
    /// Audit the inputs again, and compare every report byte for byte.
    #[arg(long)]
    pub(crate) replay: bool,
    /// With --replay, where the inputs are of which the bundle holds only hashes (repeatable; in the order of then).
    #[arg(long = "source", value_name = "SOURCE", requires = "replay")]
    pub(crate) sources: Vec<PathBuf>,
}
