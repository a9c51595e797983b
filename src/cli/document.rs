//! A policy document on its own, from a file.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use leastwise::estate::DocumentState;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::policy::PolicyDocument;
use leastwise::policy::PolicyType;

use crate::exit::Failure;

/// Reads a document that has to be valid.
///
/// # Errors
/// The file cannot be read, or AWS could not store the document; both name the file.
pub(crate) fn read(path: &Path, policy_type: PolicyType) -> Result<(Policy, Arc<PolicyDocument>), Failure> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{file}: {error}")))?;
    let text = PolicyText {
        text: text.into(),
        file: Arc::from(&*file),
        start: (1, 1),
        is_embedded: false,
    };
    let policy = Policy::parse(&*file, policy_type, text);
    match &policy.document {
        DocumentState::Parsed(document) => {
            let document = document.clone();
            Ok((policy, document))
        }
        DocumentState::Invalid(invalid) => Err(Failure::Usage(format!("{file}: {invalid}"))),
        DocumentState::Missing(why) => Err(Failure::Usage(format!("{file}: {why}"))),
    }
}
