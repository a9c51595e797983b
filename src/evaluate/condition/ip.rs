//! IP operators (E137, E141): an address in a CIDR block; bits behind the prefix are ignored.

use std::net::IpAddr;

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
        assert_eq!(CidrBlock::parse("10.0.0.0/33"), None);
        assert_eq!(CidrBlock::parse("10.0.0/8"), None);
        assert_eq!(CidrBlock::parse("10.0.0.0/+8"), None);
    }
}
