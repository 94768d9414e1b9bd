//! How many attempts a person may cost: in a campaign, and in a base whichever campaign makes them. Days
//! and weeks are counted by the law's limits and the campaign's own (`contact_limits.rs`). One budget:
//! what one campaign spends is not there for the next, and no rule adds to another.

use domain::{Gate, WorkItem};

use crate::Campaign;

/// Named as the pack of a campaign's own rules.
const PACK: &str = "campaign";

/// A rule of the campaign itself.
pub(crate) fn own(rule: &str) -> Gate {
    Gate {
        rule: format!("{PACK}.{rule}"),
        pack: PACK.to_owned(),
    }
}

/// The rule by which nothing is left of the budget, if so.
pub(crate) fn used_up(campaign: &Campaign, attempts: u16, in_base: u16) -> Option<Gate> {
    let per_base = campaign.contact_limits.per_base;
    if attempts >= campaign.attempts_per_contact_max {
        Some(own("attempts_per_contact"))
    } else if per_base.is_some_and(|max| in_base >= max) {
        Some(own("attempts_per_base"))
    } else {
        None
    }
}

/// Why somebody may not be dialed any more, if so: what was spent meanwhile, by whichever campaign, or a
/// limit lowered since. A call they were promised is made all the same.
pub fn over_budget(campaign: &Campaign, work: &WorkItem) -> Option<Gate> {
    if work.promise.is_some() {
        return None;
    }
    used_up(campaign, work.attempts, work.spent)
}
