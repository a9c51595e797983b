//! IP operators (E137, E141): an address in a CIDR block; bits behind the prefix are ignored.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

/// A CIDR block of `aws:SourceIp` and its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CidrBlock {
    /// An address of the block.
    address: IpAddr,
    /// The bits that count; all of them for a bare address (U15).
    prefix: u8,
}

impl CidrBlock {
    /// Reads a block, or an address as a block of itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(text) if text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= bits).then_some(Self { address, prefix })
    }

    /// Whether the block is the whole of its address family.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }

    /// Whether all of the block is private: RFC 1918, and the unique local addresses of IPv6 (RFC 4193).
    #[must_use]
    pub fn is_private(&self) -> bool {
        let holds = |address, prefix| self.prefix >= prefix && Self { address, prefix }.contains(self.address);
        holds(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8)
            || holds(IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12)
            || holds(IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16)
            || holds(IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7)
    }

    /// The first address of the block, and the first behind it, if there is one.
    pub fn edges(&self) -> impl Iterator<Item = IpAddr> + use<> {
        let (first, behind) = match self.address {
            IpAddr::V4(address) => {
                let size = 1_u64 << (32 - u32::from(self.prefix).min(32));
                let first = u64::from(address.to_bits()) & !(size - 1);
                let at = |bits: u64| u32::try_from(bits).ok().map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
                (at(first), at(first + size))
            }
            IpAddr::V6(address) => {
                let shift = 128 - u32::from(self.prefix).min(128);
                let size = 1_u128.checked_shl(shift);
                let first = size.map_or(0, |size| address.to_bits() & !(size - 1));
                let behind = size.and_then(|size| first.checked_add(size));
                let at = |bits: u128| IpAddr::V6(Ipv6Addr::from_bits(bits));
                (Some(at(first)), behind.map(at))
            }
        };
        first.into_iter().chain(behind)
    }

    /// Whether the address is in the block; IPv4 and IPv6 never match each other.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(block), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                block.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(block), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                block.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_behind_the_prefix_are_ignored_and_families_are_apart() {
        let contains = |block, address: &str| CidrBlock::parse(block).unwrap().contains(address.parse().unwrap());
        assert!(contains("203.0.113.7/24", "203.0.113.200"));
        assert!(!contains("203.0.113.7", "203.0.113.8"));
        assert!(contains("0.0.0.0/0", "8.8.8.8"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8::1"));
        let is_private = |block| CidrBlock::parse(block).unwrap().is_private();
        for block in [
            "10.0.0.0/8",
            "10.1.2.3",
            "172.16.0.0/12",
            "172.31.0.0/16",
            "192.168.9.0/24",
            "fd00::/8",
        ] {
            assert!(is_private(block), "{block}");
        }
        for block in [
            "10.0.0.0/7",
            "172.32.0.0/16",
            "172.16.0.0/11",
            "203.0.113.0/24",
            "0.0.0.0/0",
            "::/0",
        ] {
            assert!(!is_private(block), "{block}");
        }
        assert_eq!(CidrBlock::parse("10.0.0.0/33"), None);
        assert_eq!(CidrBlock::parse("10.0.0/8"), None);
        assert_eq!(CidrBlock::parse("10.0.0.0/+8"), None);
    }
}
