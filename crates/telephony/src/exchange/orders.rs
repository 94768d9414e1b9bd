//! What the switchboard is told to do, and who does it.

use std::time::Instant;

use domain::SoundUse;
use engine::{Command, Menu};

use super::Exchange;
use crate::calls::Placement;
use crate::handle::Order;
use crate::sides::SideOrder;

impl Exchange {
    /// Carries out an order.
    pub(crate) fn obey(&mut self, now: Instant, order: Order) {
        match order {
            Order::SetTrunk(trunk) => self.set_trunk(now, *trunk),
            Order::RemoveTrunk(id) => self.remove_trunk(now, id),
            Order::SetAgent(profile, password) => self.set_agent(now, *profile, &password),
            Order::RemoveAgent(id) => self.remove_agent(now, id),
            Order::SetDestination(destination, password) => {
                self.set_destination(now, &destination, &password);
            }
            Order::RemoveDestination(id) => self.remove_destination(id),
            Order::SetSounds(sounds) => self.sounds = sounds,
            Order::SetCountry(country) => self.country = country,
            Order::CarryOut(command) => self.command(now, command),
            Order::RestoreBinding(record) => self.restore_binding(now, &record),
            Order::RestoreLine(agent, record) => self.restore_line(now, agent, &record),
            Order::Page(agent, order) => self.page_order(now, agent, order),
            Order::Compare(tables) => self.compare(now, &tables),
            Order::AnswerRefer(agent, granted) => self.answer_refer(now, agent, granted),
            Order::EndDialog(record) => self.end_dialog(now, &record, None),
            Order::EndOrphan(orphan) => self.end_orphan(now, orphan),
            // Errors mean that who asked is gone.
            Order::ListBans(answer) => {
                let _ = answer.send(self.endpoint.bans(now));
            }
            Order::LiftBan(source, answer) => {
                let _ = answer.send(self.endpoint.lift_ban(now, source));
            }
            Order::TestTrunk(trunk, limit, tell) => self.test_trunk(now, trunk, limit, tell),
            Order::PressKeys(attempt, keys) => self.press_keys(now, attempt, &keys),
            Order::Watch(watcher) => self.watch.watched_by(watcher),
            Order::Capture(capture) => self.begin_capture(*capture),
            Order::KeepLadders(taker) => self.watch.keep_ladders(taker),
            Order::RecordWith(recorder) => self.recorder = Some(recorder),
            // The driver's: it also waits for the end.
            Order::Stop { .. } => {}
        }
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::PlaceCall {
                attempt,
                campaign,
                trunk,
                phone,
                caller_id,
                ring_timeout,
            } => {
                let placement = Placement {
                    attempt,
                    campaign,
                    trunk,
                    phone,
                    caller_id,
                    ring_timeout,
                };
                self.place_call(now, placement);
            }
            Command::TakeCall {
                offer,
                attempt,
                campaign,
            } => self.take_call(now, offer, attempt, campaign),
            Command::RefuseCall { offer, status } => self.refuse_call(now, offer, status),
            Command::Bridge { attempt, agent } => self.bridge(now, attempt, agent),
            Command::Arrange { attempt, talk } => self.arrange(now, attempt, talk),
            Command::Supervise {
                attempt,
                agent,
                mode,
            } => self.supervise(attempt, agent, mode),
            Command::CallSide {
                attempt,
                number,
                place,
                ring_timeout,
            } => {
                let order = SideOrder {
                    attempt,
                    number,
                    place,
                    ring_timeout,
                };
                self.call_side(now, order);
            }
            Command::DropSide { attempt, number } => self.drop_side(now, attempt, number),
            Command::SendDigits { attempt, digits } => self.press_keys(now, attempt, &digits),
            Command::Record { attempt, order } => self.record(now, attempt, order),
            Command::Warn { attempt, agent } => self.warn(attempt, agent),
            Command::PlayMessage { attempt } => {
                self.play_message(now, attempt, SoundUse::Abandon);
            }
            Command::PlayMenu { attempt, menu } => {
                let on = match menu {
                    Menu::Choices => SoundUse::Menu,
                    Menu::Noted => SoundUse::Noted,
                };
                self.play_message(now, attempt, on);
            }
            Command::HangUp { attempt } => self.hang_up(now, attempt),
            Command::RaiseLine { agent } => self.raise_line(now, agent),
            Command::DropLine { agent } => self.drop_line(now, agent),
            Command::RefillHopper { .. } | Command::LookUpNumbers(_) | Command::ReleaseWork(_) => {}
        }
    }
}
