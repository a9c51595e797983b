//! The frameworks that are compiled in: file name and text. A new file gets its line here.

/// The built-in framework files, by file name, in order of it.
pub const BUILTIN: &[(&str, &str)] = &[
    (
        "rules/controls/attack-19.toml",
        include_str!("../../rules/controls/attack-19.toml"),
    ),
    ("rules/controls/ccm-4.toml", include_str!("../../rules/controls/ccm-4.toml")),
    (
        "rules/controls/cis-aws-4.0.1.toml",
        include_str!("../../rules/controls/cis-aws-4.0.1.toml"),
    ),
    (
        "rules/controls/cis-aws-5.0.toml",
        include_str!("../../rules/controls/cis-aws-5.0.toml"),
    ),
    (
        "rules/controls/cis-aws-6.0.toml",
        include_str!("../../rules/controls/cis-aws-6.0.toml"),
    ),
    (
        "rules/controls/cis-aws-7.0.toml",
        include_str!("../../rules/controls/cis-aws-7.0.toml"),
    ),
    (
        "rules/controls/csf-2.0.toml",
        include_str!("../../rules/controls/csf-2.0.toml"),
    ),
    (
        "rules/controls/fedramp-20x.toml",
        include_str!("../../rules/controls/fedramp-20x.toml"),
    ),
    (
        "rules/controls/fedramp-rev5.toml",
        include_str!("../../rules/controls/fedramp-rev5.toml"),
    ),
    (
        "rules/controls/iso-27001-2022.toml",
        include_str!("../../rules/controls/iso-27001-2022.toml"),
    ),
    (
        "rules/controls/nist-800-53r5.toml",
        include_str!("../../rules/controls/nist-800-53r5.toml"),
    ),
    (
        "rules/controls/pci-dss-4.0.1.toml",
        include_str!("../../rules/controls/pci-dss-4.0.1.toml"),
    ),
    (
        "rules/controls/security-hub.toml",
        include_str!("../../rules/controls/security-hub.toml"),
    ),
    ("rules/controls/soc-2.toml", include_str!("../../rules/controls/soc-2.toml")),
];
