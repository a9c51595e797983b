//! The emulator itself is held to the models of AWS, so that what `collect` is tested against is what AWS sends.

use std::path::Path;

use super::emulator::Emulator;
use super::emulator::check;

#[test]
fn what_the_emulator_adds_to_moto_has_the_shapes_of_aws() {
    check("check_plugin.py", &Emulator::start().endpoint());
}

#[test]
fn each_fault_of_the_proxy_reaches_a_client() {
    check("check_proxy.py", &Emulator::start().port().to_string());
}

#[test]
fn the_templates_of_the_role_grant_the_policy_and_nothing_else() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    check("check_role.py", docs.to_str().unwrap());
}
