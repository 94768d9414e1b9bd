//! Where trunks are, asked of name servers (RFC 3263): NAPTR and SRV where no port is configured,
//! addresses of both families. In tasks of their own, so that a name server that is slow or gone
//! never delays a message. The transport is configured: of NAPTR only its records are read.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use domain::{TrunkId, TrunkTransport};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::targets::Target;
use crate::trunk::default_port;

/// How long all the questions about one trunk may take.
const LOOKUP_MAX: Duration = Duration::from_secs(10);
/// How long one answer may take before it is asked for again, and how often.
const ANSWER_MAX: Duration = Duration::from_secs(2);
const TRIES: usize = 2;
/// Servers that a trunk may have, and addresses of each: more is an attack.
const SERVERS_MAX: usize = 16;
const ADDRESSES_MAX: usize = 8;
/// Rules of a host that are followed for one transport.
const DELEGATIONS_MAX: usize = 4;

/// What is asked about a trunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) host: String,
    /// 0: to be found.
    pub(crate) port: u16,
    pub(crate) transport: TrunkTransport,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) trunk: TrunkId,
    pub(crate) question: Question,
    pub(crate) answer: Option<Answer>,
}

/// Addresses, and until when they may be used.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) targets: Vec<Target>,
    pub(crate) until: Instant,
}

/// Starts look-ups; the answers come out of the channel.
#[derive(Debug)]
pub(crate) struct Names {
    resolver: Option<TokioResolver>,
    answers: mpsc::UnboundedSender<Found>,
}

impl Names {
    /// Asks these name servers, or those of the machine.
    pub(crate) fn new(servers: &[SocketAddr]) -> (Names, mpsc::UnboundedReceiver<Found>) {
        let (answers, inbox) = mpsc::unbounded_channel();
        let resolver = resolver(servers)
            .inspect_err(|error| {
                tracing::warn!(%error, "no name server; trunks need an IP address as host");
            })
            .ok();
        (Names { resolver, answers }, inbox)
    }

    pub(crate) fn look_up(&self, trunk: TrunkId, question: Question) {
        let answers = self.answers.clone();
        let resolver = self.resolver.clone();
        tokio::spawn(async move {
            let answer = match &resolver {
                Some(resolver) => timeout(LOOKUP_MAX, find(resolver, &question)).await,
                None => Ok(None),
            };
            // An error means that telephony stopped meanwhile.
            let _ = answers.send(Found {
                trunk,
                question,
                answer: answer.unwrap_or(None),
            });
        });
    }
}

fn resolver(servers: &[SocketAddr]) -> Result<TokioResolver, hickory_resolver::net::NetError> {
    let mut builder = match servers {
        [] => TokioResolver::builder_tokio()?,
        told => {
            let servers = told.iter().map(|at| {
                let mut server = NameServerConfig::udp_and_tcp(at.ip());
                server.connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for connection in &mut server.connections {
                    connection.port = at.port();
                }
                server
            });
            let config = ResolverConfig::from_name_servers(servers.collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    let options = builder.options_mut();
    options.timeout = ANSWER_MAX;
    options.attempts = TRIES;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    builder.build()
}

async fn find(resolver: &TokioResolver, question: &Question) -> Option<Answer> {
    if question.port != 0 {
        return addresses(resolver, &question.host, question.port).await;
    }
    match servers(resolver, question).await {
        Some(answer) => Some(answer),
        // No SRV: the host itself at the usual port (RFC 3263 section 4.2).
        None => addresses(resolver, &question.host, default_port(question.transport)).await,
    }
}

/// The service of RFC 3263 section 4.1 that a transport is, and the name of its servers below a
/// host that publishes no NAPTR records.
fn service(transport: TrunkTransport) -> (&'static str, &'static str) {
    match transport {
        TrunkTransport::Udp => ("SIP+D2U", "_sip._udp"),
        TrunkTransport::Tcp => ("SIP+D2T", "_sip._tcp"),
        TrunkTransport::Tls => ("SIPS+D2T", "_sips._tcp"),
    }
}

/// The names of the servers of a transport, best first, by the NAPTR records of its host.
async fn delegated(
    resolver: &TokioResolver,
    question: &Question,
) -> Option<(Vec<String>, Instant)> {
    let (service, _) = service(question.transport);
    let host = question.host.as_str();
    let found = resolver.lookup(host, RecordType::NAPTR).await.ok()?;
    let records = found.answers().iter().map(|record| &record.data);
    let mut rules: Vec<_> = records
        .filter_map(|data| match data {
            RData::NAPTR(rule) if leads_to(rule, service) => Some(rule),
            _ => None,
        })
        .collect();
    rules.sort_by_key(|rule| (rule.order, rule.preference));
    rules.truncate(DELEGATIONS_MAX);
    let names = rules.iter().map(|rule| rule.replacement.to_string());
    let names: Vec<_> = names.collect();
    (!names.is_empty()).then(|| (names, found.valid_until()))
}

/// Whether a rule says, without rewriting anything, where the SRV records of `service` are.
fn leads_to(rule: &NAPTR, service: &str) -> bool {
    rule.flags.eq_ignore_ascii_case(b"s")
        && rule.services.eq_ignore_ascii_case(service.as_bytes())
        && !rule.replacement.is_root()
}

async fn servers(resolver: &TokioResolver, question: &Question) -> Option<Answer> {
    if let Some((names, until)) = delegated(resolver, question).await {
        for name in names {
            if let Some(answer) = servers_of(resolver, name).await {
                let until = until.min(answer.until);
                return Some(Answer { until, ..answer });
            }
        }
    }
    let (_, service) = service(question.transport);
    servers_of(resolver, format!("{service}.{}", question.host)).await
}

/// The addresses behind the SRV records of `name`.
async fn servers_of(resolver: &TokioResolver, name: String) -> Option<Answer> {
    let found = resolver.lookup(name, RecordType::SRV).await.ok()?;
    let mut until = found.valid_until();
    let mut targets = Vec::new();
    let servers = found
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::SRV(server) => Some(server.clone()),
            _ => None,
        });
    for server in servers.take(SERVERS_MAX) {
        let SRV {
            priority,
            weight,
            port,
            target,
            ..
        } = server;
        // A root means that the service is not to be had there.
        if target.is_root() || port == 0 {
            continue;
        }
        let Some(answer) = addresses(resolver, &target.to_string(), port).await else {
            continue;
        };
        until = until.min(answer.until);
        for (place, found) in answer.targets.into_iter().enumerate() {
            // Its further addresses are for when the first fails: the weight is the server's.
            let weight = if place == 0 { weight } else { 0 };
            targets.push(Target {
                priority,
                weight,
                ..found
            });
        }
    }
    (!targets.is_empty()).then_some(Answer { targets, until })
}

async fn addresses(resolver: &TokioResolver, host: &str, port: u16) -> Option<Answer> {
    let found = resolver.lookup_ip(host).await.ok()?;
    let mut ips: Vec<_> = found.iter().collect();
    ips.sort_unstable();
    let targets = ips.into_iter().take(ADDRESSES_MAX).map(|ip| Target {
        priority: 0,
        weight: 0,
        address: SocketAddr::new(ip, port),
    });
    Some(Answer {
        targets: targets.collect(),
        until: found.valid_until(),
    })
}
