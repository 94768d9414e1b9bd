//! Campaigns as configured. Times read `"25s"`, shares `"3%"`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A campaign to make or change; what is absent keeps its value, and a new
/// campaign starts from the defaults of the house.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CampaignForm {
    /// Unique name.
    pub name: Option<String>,
    /// `preview`, `progressive`, `super-progressive`, `power` or `predictive`.
    pub mode: Option<String>,
    /// Lines per ready agent, in power mode.
    pub power_ratio: Option<f64>,
    /// The most calls on their way at once, whatever the mode would place; 0: no cap.
    pub lines_max: Option<u32>,
    /// Names of the lists it dials, in order of priority.
    pub lists: Option<Vec<String>>,
    /// Names of the trunks it may use, in order of preference: where no route plan says more.
    pub trunks: Option<Vec<String>>,
    /// Name of the route plan its calls follow; empty: none.
    pub routes: Option<String>,
    /// Caller ids in E.164.
    pub caller_ids: Option<Vec<String>>,
    /// Which is next: `round-robin` or `least-used`.
    pub caller_id_rotation: Option<String>,
    /// The most calls a day that show one and the same; 0: any number.
    pub caller_id_day_max: Option<u32>,
    /// Caller ids of regions, each as `PREFIX CALLER_ID`: called numbers that begin with the
    /// longest prefix that fits are shown its caller ids.
    pub caller_id_regions: Option<Vec<String>>,
    /// A caller id rests for an hour whose answer rate is below this share of the others', such as
    /// `50%`; `0%`: none rests.
    pub caller_id_rest_below: Option<String>,
    /// How long the far end may ring; 15 s at least.
    pub ring_timeout: Option<String>,
    /// Attempts per contact.
    pub attempts_per_contact_max: Option<u16>,
    /// Attempts per phone.
    pub attempts_per_phone_max: Option<u16>,
    /// The most calls a day to one person over all campaigns, beside the law's limit; 0: the law's alone.
    pub person_calls_per_day: Option<u32>,
    /// The same a week, from Monday.
    pub person_calls_per_week: Option<u32>,
    /// The least time between two calls to one person, such as `4h`; `0s`: the law's alone.
    pub person_gap: Option<String>,
    /// The most attempts to one person in one base, by whichever campaigns; 0: each campaign's own limit alone.
    pub person_calls_per_base: Option<u16>,
    /// Parts of the day such as `07:00-11:00`: who is not reached in one is tried in another, where the
    /// typification says so. None at all: any hour is as good as another.
    pub hours: Option<Vec<String>>,
    /// How long a call that an advisor promised waits for them; then it is anybody's. At most 24 h.
    pub callback_kept: Option<String>,
    /// Until when after a call its advisor may correct what they said of it.
    pub correct_within: Option<String>,
    /// The same for supervisors, of anybody's calls.
    pub supervisor_corrects_within: Option<String>,
    /// Time to typify after a call.
    pub wrap_up: Option<String>,
    /// The most answered calls that may be abandoned.
    pub abandon_limit: Option<String>,
    /// What pacing aims at.
    pub abandon_target: Option<String>,
    /// How sure to be that the month's rate stays under the limit, such as
    /// `95%`; `0%`: the target is aimed at on average.
    pub abandon_sure: Option<String>,
    /// How long an answered customer may wait.
    pub abandon_wait: Option<String>,
    /// Law pack: `co`, or `laboratorio` while every trunk is loopback.
    pub law_pack: Option<String>,
    /// Longest call.
    pub call_max: Option<String>,
    /// Which calls are recorded: `off`, `all`, or a share such as `25%`, chosen by the attempt's id.
    pub recording: Option<String>,
    /// From when on: `answer`, or `bridge`, when an agent hears the customer.
    pub recording_from: Option<String>,
    /// Whether the customer must agree first: `not_needed`; `asked`, when the agent says that they
    /// did; or `announced`, when a recording has told them, once an agent hears them.
    pub recording_consent: Option<String>,
    /// Whether nobody is dialed while nothing can be recorded.
    pub recording_required: Option<bool>,
    /// A pause of a recording ends by itself after this; 10 s to 15 min.
    pub recording_pause_max: Option<String>,
    /// How long recordings are kept: `180d` for all, and `VE 1825d` for those whose typification
    /// begins with VE; the longest beginning that fits decides. `law`: as the law pack says.
    pub recording_keep: Option<Vec<String>>,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Campaign {
    /// Which.
    pub id: i64,
    /// `stopped`, `running`, `paused` or `finished`.
    pub state: String,
    /// Its settings.
    #[serde(flatten)]
    pub settings: CampaignForm,
}
