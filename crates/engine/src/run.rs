//! One campaign as it runs: its settings, hopper, pacing and figures.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use campaigns::{CallerIds, Campaign, Catalogue, Hopper};
use domain::{CampaignState, DialMode, RegisterSnapshot, Timestamp};
use law::{HouseLimit, Pack, Purpose, Refusal};
use pacing::Balance;

use crate::abandons::Period;
use crate::feed::Feed;
use crate::pace::Pace;
use crate::routes::Routes;

/// How long an hours verdict without an end is believed before asking again.
const HOURS_TRUSTED: Duration = Duration::from_secs(3_600);

/// One campaign as it runs.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) campaign: Campaign,
    /// `None`: the campaign names a pack there is none of.
    pub(crate) pack: Option<Arc<Pack>>,
    /// How often it lets one person be called, beside the law.
    pub(crate) house: Vec<HouseLimit>,
    /// The version in force for calls that begin now.
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) hopper: Hopper,
    pub(crate) feed: Feed,
    pub(crate) pace: Pace,
    pub(crate) held: Option<Held>,
    pub(crate) figures: Figures,
    /// Its abandon ledger.
    pub(crate) period: Period,
    /// Calls not over.
    pub(crate) open: u32,
    /// Calls over that wait for their typification.
    pub(crate) untyped: u32,
    /// Removed: goes once its calls are over.
    pub(crate) removed: bool,
    /// Over which trunks its calls leave.
    pub(crate) routes: Routes,
    /// What its caller ids did today.
    pub(crate) caller_ids: CallerIds,
    /// The registers in force.
    registers: Arc<Vec<RegisterSnapshot>>,
    hours: Option<Hours>,
}

/// Why no calls leave.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// As these words say.
    Because(String),
    /// Pacing's last decision: its words are made for whoever asks.
    ByPacing,
}

/// Whether calls may leave, and for which instants that is known.
#[derive(Clone, Debug)]
struct Hours {
    from: Timestamp,
    until: Timestamp,
    closed: Option<Refusal>,
    /// Closed by the hour alone, and open to who agreed to others.
    by_consent: bool,
    closes: Option<Timestamp>,
}

impl Run {
    /// `ledger`: whether its pacing is to be replayed one day.
    pub(crate) fn new(campaign: Campaign, ledger: bool, packs: &[Arc<Pack>]) -> Run {
        Run {
            pack: chosen(packs, &campaign.law_pack),
            house: campaign.contact_limits.rules(),
            catalogue: Arc::new(Catalogue::spanish()),
            hopper: Hopper::default(),
            feed: Feed::default(),
            pace: Pace::new(&campaign, ledger),
            held: None,
            figures: Figures::default(),
            period: Period::default(),
            open: 0,
            untyped: 0,
            removed: false,
            routes: Routes::of(&campaign),
            caller_ids: CallerIds::default(),
            registers: Arc::default(),
            hours: None,
            campaign,
        }
    }

    /// Takes over changed settings.
    pub(crate) fn change(&mut self, campaign: Campaign, packs: &[Arc<Pack>], now: Timestamp) {
        if campaign.law_pack != self.campaign.law_pack {
            self.pack = chosen(packs, &campaign.law_pack);
            self.hours = None;
        }
        let before = (&self.campaign.trunks, &self.campaign.routes);
        if before != (&campaign.trunks, &campaign.routes) {
            self.routes = Routes::of(&campaign);
        }
        let balance = self.balance(now);
        self.pace.change(&self.campaign, &campaign, balance);
        self.removed = false;
        self.house = campaign.contact_limits.rules();
        self.campaign = campaign;
    }

    /// Goes by another version of its law from now on.
    pub(crate) fn judge_by(&mut self, packs: &[Arc<Pack>]) {
        self.pack = chosen(packs, &self.campaign.law_pack);
        self.hours = None;
    }

    /// Goes by other registers from now on.
    pub(crate) fn consult(&mut self, registers: Arc<Vec<RegisterSnapshot>>) {
        self.registers = registers;
        self.hours = None;
    }

    /// Takes up the balances of day and month that an earlier engine had.
    pub(crate) fn restore_balance(&mut self, now: Timestamp, day: (u64, u64), month: (u64, u64)) {
        self.figures.restore(now, day);
        self.figures.month = Month::from(self.month_began(now), month);
        let (live, abandoned) = day;
        let earlier = self.figures.month.before(day);
        let balance = Balance {
            live,
            abandoned,
            earlier,
        };
        self.pace.balance(&self.campaign, balance);
    }

    /// How day and month stand.
    pub(crate) fn balance(&self, now: Timestamp) -> Balance {
        let day = self.figures.balance(now);
        Balance {
            live: day.0,
            abandoned: day.1,
            earlier: self.figures.month.before(day),
        }
    }

    /// A day is its own period: yesterday's thrift is not spent today.
    fn begin_day(&mut self, now: Timestamp) {
        let began = self.month_began(now);
        if self.figures.month.began != began {
            self.figures.month = Month::from(began, (0, 0));
        }
        let balance = Balance {
            earlier: self.figures.month.counts,
            ..Balance::default()
        };
        self.pace.balance(&self.campaign, balance);
        self.caller_ids.begin_day();
    }

    fn month_began(&self, now: Timestamp) -> Option<Timestamp> {
        self.pack.as_ref()?.month_began(now)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.campaign.state == CampaignState::Running
    }

    /// Whether agents who serve it have anything to wait for.
    pub(crate) fn has_calls_to_come(&self) -> bool {
        self.is_running() && (self.open > 0 || (!self.hopper.is_empty() && self.lets_somebody()))
    }

    /// Whether it shares its agents: they take the next call of any of theirs.
    pub(crate) fn shares_agents(&self) -> bool {
        self.campaign.mode == DialMode::Predictive && self.has_calls_to_come()
    }

    /// Whether its hours let anybody be called, as last checked.
    fn lets_somebody(&self) -> bool {
        self.is_open() || self.opens_by_consent()
    }

    /// Whether its hours are over but for who agreed to others, as last checked.
    pub(crate) fn opens_by_consent(&self) -> bool {
        self.hours.as_ref().is_some_and(|hours| hours.by_consent)
    }

    /// As last checked.
    pub(crate) fn is_open(&self) -> bool {
        self.hours
            .as_ref()
            .is_none_or(|hours| hours.closed.is_none())
    }

    pub(crate) fn loopback_only(&self) -> bool {
        self.pack.as_ref().is_some_and(|pack| pack.loopback_only())
    }

    /// Whether the law lets a call leave this instant. The verdict is kept for
    /// as long as it holds: windows open and close at known instants.
    pub(crate) fn may_call(&mut self, now: Timestamp) -> Result<(), Refusal> {
        let known = self
            .hours
            .as_ref()
            .is_some_and(|hours| hours.from <= now && now < hours.until);
        if !known {
            let was_closed = !self.is_open();
            self.hours = Some(self.judge_hours(now));
            if was_closed && self.is_open() {
                self.begin_day(now);
            }
        }
        match self.hours.as_ref().and_then(|hours| hours.closed.clone()) {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    /// When calls may no longer leave, if known.
    pub(crate) fn closes(&self) -> Option<Timestamp> {
        self.hours.as_ref().and_then(|hours| hours.closes)
    }

    fn judge_hours(&self, now: Timestamp) -> Hours {
        let Some(pack) = &self.pack else {
            return Hours {
                from: now,
                until: now + HOURS_TRUSTED,
                closed: Some(self.no_pack(now + HOURS_TRUSTED)),
                by_consent: false,
                closes: None,
            };
        };
        let consulted = pack.registers_consulted(Purpose::Commercial, &self.registers, now);
        let over = pack.may_call_somebody(now).err();
        let mut purposes = [Purpose::Commercial, Purpose::RequestedCallback].into_iter();
        let by_consent = over.is_some()
            && consulted.is_ok()
            && purposes.any(|purpose| pack.consent_may_open(purpose, now));
        let closed = over.or(consulted.err());
        let closes = pack.window_closes(now);
        // What is known of registers is a day older at midnight.
        let until = match &closed {
            Some(refusal) if by_consent => refusal.opens.min(pack.tomorrow(now)),
            Some(refusal) => refusal.opens,
            None => closes
                .unwrap_or(now + HOURS_TRUSTED)
                .min(pack.tomorrow(now)),
        };
        Hours {
            from: now,
            until,
            closed,
            by_consent,
            closes,
        }
    }

    fn no_pack(&self, opens: Timestamp) -> Refusal {
        Refusal {
            rule: "law.pack".into(),
            pack: self.campaign.law_pack.clone(),
            opens,
            words: format!(
                "no hay paquete legal \"{}\"; corrija la campaña",
                self.campaign.law_pack
            ),
        }
    }
}

fn chosen(packs: &[Arc<Pack>], id: &str) -> Option<Arc<Pack>> {
    packs.iter().find(|pack| pack.id == id).map(Arc::clone)
}

/// What a campaign's page shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) attempts: u64,
    pub(crate) ready: Duration,
    pub(crate) busy: Duration,
    bridges: u64,
    waits: Duration,
    month: Month,
    /// Live answers and abandons by the hour, for a day.
    hours: VecDeque<(i64, u64, u64)>,
}

/// Live answers and abandons since the month began.
#[derive(Clone, Copy, Debug, Default)]
struct Month {
    /// `None`: no month was told yet.
    began: Option<Timestamp>,
    counts: (u64, u64),
}

impl Month {
    fn from(began: Option<Timestamp>, counts: (u64, u64)) -> Month {
        Month { began, counts }
    }

    /// What was before a day of it.
    fn before(&self, day: (u64, u64)) -> (u64, u64) {
        let (live, abandoned) = self.counts;
        (live.saturating_sub(day.0), abandoned.saturating_sub(day.1))
    }
}

impl Figures {
    pub(crate) fn bridged(&mut self, waited: Duration) {
        self.bridges += 1;
        self.waits += waited;
    }

    pub(crate) fn bridge_wait(&self) -> Option<Duration> {
        let bridges = u32::try_from(self.bridges).unwrap_or(u32::MAX);
        self.waits.checked_div(bridges)
    }

    pub(crate) fn answered(&mut self, now: Timestamp) {
        self.month.counts.0 += 1;
        self.hour(now).1 += 1;
    }

    fn restore(&mut self, now: Timestamp, (live, abandoned): (u64, u64)) {
        let hour = self.hour(now);
        hour.1 += live;
        hour.2 += abandoned;
    }

    pub(crate) fn abandoned(&mut self, now: Timestamp) {
        self.month.counts.1 += 1;
        self.hour(now).2 += 1;
    }

    /// Live answers and abandons of the last 24 hours.
    pub(crate) fn balance(&self, now: Timestamp) -> (u64, u64) {
        let first = hour_of(now) - 23;
        self.hours
            .iter()
            .filter(|(hour, _, _)| *hour >= first)
            .fold((0, 0), |(live, lost), (_, l, a)| (live + l, lost + a))
    }

    fn hour(&mut self, now: Timestamp) -> &mut (i64, u64, u64) {
        let hour = hour_of(now);
        if self.hours.back().is_none_or(|(last, _, _)| *last != hour) {
            self.hours.push_back((hour, 0, 0));
        }
        if self.hours.len() > 25 {
            self.hours.pop_front();
        }
        self.hours.back_mut().expect("pushed just above")
    }
}

fn hour_of(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(3_600_000)
}
