//! Addresses: blocks nest or are disjoint, so their edges stand for all addresses between them.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use crate::evaluate::CidrBlock;
use crate::solve::theory::Domain;
use crate::solve::theory::Literal;

/// Blocks whose addresses never show as `aws:SourceIp` (E346).
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/// Plain public addresses first, then the first address of each block that a test names and the first behind it, then
/// the lowest of each family.
pub(super) fn addresses(literals: &[Literal<'_>], domain: &Domain) -> Vec<String> {
    let named = literals
        .iter()
        .flat_map(|literal| literal.test.values.iter().map(|value| &**value));
    let edges = named
        .chain(PRIVATE)
        .filter_map(CidrBlock::parse)
        .flat_map(|block| block.edges());
    let plain = [
        IpAddr::V4(Ipv4Addr::new(198, 51, 100, 77)),
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x77)),
    ];
    let lowest = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    let private: Vec<CidrBlock> = PRIVATE.into_iter().filter_map(CidrBlock::parse).collect();
    let is_possible = |address: &IpAddr| !domain.is_public || private.iter().all(|block| !block.contains(*address));
    let all = plain.into_iter().chain(edges).chain(lowest);
    all.filter(is_possible).map(|address| address.to_string()).collect()
}
