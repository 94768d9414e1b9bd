//! A trunk asked by hand whether it is there: OPTIONS to each of its addresses (RFC 3261 section
//! 11), and what each of them said. Places no call and judges nothing: what it hears, calls are told
//! by the usual probes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{NoAnswer, OptionsAnswer, OptionsHandle};
use domain::TrunkId;
use tokio::sync::oneshot;

use crate::exchange::Exchange;
use crate::trunk;

/// Tests under way at once: people ask for them.
const TESTS_MAX: usize = 16;

/// What became of a test: each address of the trunk; none where its host has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrunkTest {
    /// In the order in which they said something.
    pub addresses: Vec<TestedAddress>,
}

/// What an address said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedAddress {
    /// Which.
    pub address: SocketAddr,
    /// From the OPTIONS to its answer, or until it was given up.
    pub took: Duration,
    /// The answer, or why there is none.
    pub said: Result<OptionsAnswer, NoAnswer>,
}

/// Why a trunk is not tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTest {
    /// It is not set, or signalling has stopped.
    #[error("signalling does not know the trunk yet; try again in a moment")]
    Unknown,
    /// Others are.
    #[error("{TESTS_MAX} tests are under way; try again when one of them is over")]
    TooMany,
}

/// Where the outcome of a test goes.
pub(crate) type Teller = oneshot::Sender<Result<TrunkTest, NoTest>>;

/// A test under way.
#[derive(Debug)]
pub(crate) struct UnderWay {
    trunk: TrunkId,
    tell: Teller,
    until: Instant,
    /// Whether its addresses were known and asked.
    begun: bool,
    asked: HashMap<OptionsHandle, (SocketAddr, Instant)>,
    test: TrunkTest,
}

impl UnderWay {
    fn is_over(&self, now: Instant) -> bool {
        now >= self.until || (self.begun && self.asked.is_empty())
    }

    fn end(mut self, now: Instant) {
        let silent = self
            .asked
            .into_values()
            .map(|(address, since)| TestedAddress {
                address,
                took: now.duration_since(since),
                said: Err(NoAnswer::Silence),
            });
        self.test.addresses.extend(silent);
        // Whoever asked may have left.
        let _ = self.tell.send(Ok(self.test));
    }
}

impl Exchange {
    /// Asks every address of a trunk; those that say nothing for so long are given up.
    pub(crate) fn test_trunk(
        &mut self,
        now: Instant,
        trunk: TrunkId,
        limit: Duration,
        tell: Teller,
    ) {
        let refused = match self.trunks.contains_key(&trunk) {
            false => Some(NoTest::Unknown),
            true => (self.tests.len() >= TESTS_MAX).then_some(NoTest::TooMany),
        };
        if let Some(why) = refused {
            let _ = tell.send(Err(why));
            return;
        }
        self.tests.push(UnderWay {
            trunk,
            tell,
            until: now + limit,
            begun: false,
            asked: HashMap::new(),
            test: TrunkTest::default(),
        });
        self.look_up_now(now, trunk);
        self.begin_tests(now);
    }

    /// Asks the addresses of tests that waited for them.
    pub(crate) fn begin_tests(&mut self, now: Instant) {
        for test in self.tests.iter_mut().filter(|test| !test.begun) {
            let Some(state) = self.trunks.get(&test.trunk) else {
                continue;
            };
            let Some(uri) = trunk::uri(&state.trunk) else {
                continue;
            };
            for flow in state.all_flows() {
                let handle = self.endpoint.options(now, flow, uri.clone());
                test.asked.insert(handle, (flow.remote, now));
                test.begun = true;
            }
        }
    }

    /// Nothing is known of where a trunk is: its tests are over.
    pub(crate) fn tests_have_no_address(&mut self, now: Instant, trunk: TrunkId) {
        for test in &mut self.tests {
            test.begun |= test.trunk == trunk;
        }
        self.end_tests(now);
    }

    /// An OPTIONS was answered, or will not be.
    pub(crate) fn tested(
        &mut self,
        now: Instant,
        probe: OptionsHandle,
        said: &Result<OptionsAnswer, NoAnswer>,
    ) {
        for test in &mut self.tests {
            if let Some((address, since)) = test.asked.remove(&probe) {
                test.test.addresses.push(TestedAddress {
                    address,
                    took: now.duration_since(since),
                    said: said.clone(),
                });
            }
        }
        self.end_tests(now);
    }

    /// Tells of tests that are over.
    pub(crate) fn end_tests(&mut self, now: Instant) {
        for test in self.tests.extract_if(.., |test| test.is_over(now)) {
            test.end(now);
        }
    }
}
