//! Settings that are one address, or one for each address family: `"192.0.2.1:5060"`, or
//! `["192.0.2.1:5060", "[2001:db8::1]:5060"]`.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

/// What to do where two addresses are of one family.
pub(crate) const ONE_EACH: &str = "one address, or one of IPv4 and one of IPv6";

/// One address, or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Written<T>")]
pub struct OneOrSeveral<T>(Vec<T>);

/// As people write it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an address such as \"192.0.2.1:5060\" or \"[2001:db8::1]:5060\", or a list of them"
)]
enum Written<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> From<Written<T>> for OneOrSeveral<T> {
    fn from(written: Written<T>) -> Self {
        match written {
            Written::One(one) => Self(vec![one]),
            Written::Several(several) => Self(several),
        }
    }
}

impl<T> Default for OneOrSeveral<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<T> for OneOrSeveral<T> {
    fn from(one: T) -> Self {
        Self(vec![one])
    }
}

/// What has an address family.
pub(crate) trait Family: Copy {
    fn is_ipv6(&self) -> bool;
}

impl Family for IpAddr {
    fn is_ipv6(&self) -> bool {
        IpAddr::is_ipv6(self)
    }
}

impl Family for SocketAddr {
    fn is_ipv6(&self) -> bool {
        SocketAddr::is_ipv6(self)
    }
}

impl<T> OneOrSeveral<T> {
    /// All there are, in the order of the file.
    pub fn all(&self) -> &[T] {
        &self.0
    }
}

#[allow(private_bounds, reason = "only addresses are ever inside")]
impl<T: Family> OneOrSeveral<T> {
    pub(crate) fn alike(&self, other: impl Family) -> Option<T> {
        let mut all = self.0.iter();
        all.find(|one| one.is_ipv6() == other.is_ipv6()).copied()
    }

    pub(crate) fn are_of_different_families(&self) -> bool {
        let six = self.0.iter().filter(|one| one.is_ipv6()).count();
        six <= 1 && self.0.len() - six <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        bind: OneOrSeveral<SocketAddr>,
    }

    fn read(text: &str) -> Result<OneOrSeveral<SocketAddr>, toml::de::Error> {
        toml::from_str::<File>(text).map(|file| file.bind)
    }

    #[test]
    fn one_or_one_of_each_family_is_read() {
        let one = read("bind = \"192.0.2.1:5060\"").expect("one");
        assert_eq!(one.all().len(), 1);
        let both = "bind = [\"192.0.2.1:5060\", \"[2001:db8::1]:5060\"]";
        let both = read(both).expect("both");
        assert!(both.are_of_different_families());
        let six: IpAddr = "::1".parse().expect("an address");
        assert_eq!(both.alike(six), Some(both.all()[1]));
        let twice = read("bind = [\"192.0.2.1:1\", \"192.0.2.2:1\"]").expect("a list");
        assert!(!twice.are_of_different_families());
        let error = read("bind = \"here\"").expect_err("no address").to_string();
        assert!(error.contains("[2001:db8::1]:5060"), "{error}");
    }
}
