//! The rules that are compiled in: file name and text. A new rule file gets its line here.

/// The built-in rule files, by file name.
pub const BUILTIN: &[(&str, &str)] = &[("rules/T1578.003.md", include_str!("../../rules/T1578.003.md"))];
