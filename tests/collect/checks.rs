//! The emulator itself is held to the models of AWS, so that what `collect` is tested against is what AWS sends.

use super::emulator::Emulator;
use super::emulator::check;

#[test]
fn what_the_emulator_adds_to_moto_has_the_shapes_of_aws() {
    check("check_plugin.py", &[&Emulator::start().endpoint()]);
}

#[test]
fn each_fault_of_the_proxy_reaches_a_client() {
    check("check_proxy.py", &[&Emulator::start().port().to_string()]);
}
