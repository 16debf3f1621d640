use core::net::IpAddr;

/// A range of network addresses in CIDR notation, `10.0.0.0/8` or `2001:db8::/32` (RFC 4632, RFC 4291).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// An address alone is a network of one. `None` for anything else, host bits below the prefix included: `10.0.0.1/8` is a slip.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => (address, Some(prefix)),
        };
        let first: IpAddr = address.parse().ok()?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => width,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= width)?
            }
            Some(_) => return None,
        };
        let network = Self { first, prefix };
        (network.masked(first) == bits(first)).then_some(network)
    }

    /// Whether the address is in the network. An IPv4 address that is mapped into IPv6 counts as the IPv4 address that it is.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.masked(address) == bits(self.first)
    }

    fn masked(&self, address: IpAddr) -> u128 {
        let width = if self.first.is_ipv4() { 32 } else { 128 };
        let host = width - u32::from(self.prefix);
        let mask = u128::MAX.checked_shl(host).unwrap_or(0);
        bits(address) & mask
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_networks_alone() {
        let within =
            |network, address: &str| Network::parse(network).unwrap().contains(address.parse().unwrap());
        assert!(within("10.0.0.0/8", "10.255.0.1") && !within("10.0.0.0/8", "11.0.0.0"));
        assert!(within("0.0.0.0/0", "255.255.255.255") && !within("0.0.0.0/0", "::1"));
        assert!(within("192.0.2.7", "192.0.2.7") && !within("192.0.2.7/32", "192.0.2.6"));
        assert!(within("2001:db8::/32", "2001:db8:ffff::1") && !within("2001:db8::/32", "2001:db9::"));
        assert!(within("::/0", "::1") && within("10.0.0.0/8", "::ffff:10.1.2.3"));
    }

    #[test]
    fn slips_are_refused() {
        for bad in [
            "",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "::1/129",
            "10.0.0.0/+8",
            "example.org",
        ] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
