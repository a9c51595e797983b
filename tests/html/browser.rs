//! A real headless Chromium, driven by `drive.py`; Debian's package, installed at the first use.

use std::env;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::command::output_of;
use crate::python::environment;

/// Set to anything to go without the tests that need a browser.
const SKIP: &str = "LEASTWISE_TESTS_WITHOUT_BROWSER";
/// The browser to take, where it is not on the path.
const BROWSER: &str = "LEASTWISE_TESTS_BROWSER";

/// What was seen of a page.
#[derive(Deserialize)]
pub struct Seen {
    /// Messages on the console, and errors.
    pub console: Vec<String>,
    /// What was asked for, by URL.
    pub requests: Vec<String>,
    /// Texts of dialogs.
    pub dialogs: Vec<String>,
    /// What each step gave.
    pub values: Vec<Value>,
    /// Milliseconds until it was loaded.
    pub loaded: u64,
}

/// How a page is looked at.
#[derive(Clone, Copy)]
pub struct View {
    pub width: u32,
    pub scheme: &'static str,
    pub scripts: bool,
}

pub const WIDE: View = View {
    width: 1280,
    scheme: "light",
    scripts: true,
};

/// Whether the tests go without a browser.
pub fn is_skipped() -> bool {
    let is_skipped = env::var_os(SKIP).is_some();
    if is_skipped {
        eprintln!("{SKIP} is set: the HTML report was not looked at in a browser");
    }
    is_skipped
}

/// Opens the file, with an anchor if one is given, and does the steps.
pub fn look(file: &Path, anchor: &str, view: View, steps: &[Value]) -> Seen {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html");
    let requirements = folder.join("requirements.txt");
    let python = environment("html", &requirements, "the tests of the HTML report").unwrap();
    let task = json!({
        "browser": browser(),
        "url": format!("file://{}{anchor}", file.display()),
        "width": view.width, "scheme": view.scheme, "scripts": view.scripts, "steps": steps,
    });
    let mut command = Command::new(python);
    let output = output_of(command.arg(folder.join("drive.py")), task.to_string().as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn browser() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
        fs::create_dir_all(&folder).unwrap();
        // Another run of the tests may be installing it.
        let lock = File::create(folder.join("browser-lock")).unwrap();
        lock.lock().unwrap();
        let found = installed().ok_or_else(String::new);
        let found = found.or_else(|_| install().and_then(|()| installed().ok_or_else(|| "it is not on the path".to_owned())));
        assert!(
            found.is_ok(),
            "the tests of the HTML report need Chromium, and apt-get could not install it: {}\nInstall it, or name it in \
             {BROWSER}, or set {SKIP} to go without these tests.",
            found.unwrap_err()
        );
        found.unwrap()
    })
}

fn installed() -> Option<PathBuf> {
    if let Some(path) = env::var_os(BROWSER) {
        return Some(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut places = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    places.find(|place| place.is_file())
}

fn install() -> Result<(), String> {
    for arguments in [&["update"][..], &["install", "-y", "--no-install-recommends", "chromium"]] {
        let output = Command::new("apt-get")
            .args(["-o", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .output()
            .map_err(|error| format!("apt-get: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    Ok(())
}
