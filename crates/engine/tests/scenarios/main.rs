//! The engine on a floor in virtual time: scenarios as sentences, and
//! properties that hold on any history.

mod abandons;
mod agents;
mod budget;
mod bursts;
mod called;
mod calls;
mod campaign_life;
mod consents;
mod contacting;
mod floor;
mod gates;
mod inbound;
mod oracle;
mod predictive;
mod preview;
mod properties;
mod recording;
mod registers;
mod resumed;
mod rosters;
mod routing;
mod sharing;
mod shift;
mod supervision;
mod transfers;
mod typifying;
