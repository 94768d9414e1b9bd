//! The command line: one binary, `cadencia`. A file per command; administration
//! works on the record itself, so it needs no running server, and a running one
//! notices within a second.

mod agent;
mod attempts;
mod audit;
mod callback;
mod callerid;
mod campaign;
mod campaign_segments;
mod causes;
mod config;
mod consent;
mod demo;
mod destination;
mod engine_api;
mod event;
mod evidence;
mod explain;
mod export;
mod gate;
mod goal;
mod kpi;
mod list;
mod output;
mod pace;
mod peers;
mod person;
mod plan;
mod practice;
mod prompt;
mod provision;
mod reception;
mod recording;
mod recycle;
mod register;
mod rekey;
mod replay;
mod report;
mod report_hourly;
mod retention;
mod rights;
mod roster;
mod routes;
mod sabana;
mod sale;
mod sale_settings;
mod schedule;
mod segment;
mod serve;
mod simulate;
mod sip;
mod times;
mod trunk;
mod trunk_stats;
mod trunk_test;
mod typification_rules;
mod typifications;
mod user;
mod verify;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// A predictive dialer: a base becomes paced calls to registered advisors,
/// every attempt and typification kept.
///
/// `cadencia demo` shows all of it on this machine, with a carrier and phones
/// of its own.
#[derive(Parser)]
#[command(name = "cadencia", version, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Configuration file [default: cadencia.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE", env = "CADENCIA_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The record: sqlite:PATH or postgres://USER@HOST/NAME; instead of the configuration's
    #[arg(long, global = true, value_name = "URL", env = "CADENCIA_DATABASE")]
    pub(crate) database: Option<String>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one a run")]
enum Command {
    /// Run the dialer: SIP, audio, HTTP and the live page
    Serve(serve::Serve),
    /// Show the main job on this machine: carrier, phones, base, pacing, figures
    Demo(demo::Demo),
    /// Check the configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Who may log in
    #[command(subcommand)]
    User(user::User),
    /// Carriers
    #[command(subcommand)]
    Trunk(trunk::Trunk),
    /// Which trunk carries which call: by prefix, priority, weight and cost
    #[command(subcommand)]
    Routes(routes::Routes),
    /// Caller ids and how often they are answered
    #[command(subcommand)]
    Callerid(callerid::CallerId),
    /// What the words of the network mean: the table in force
    Causes(causes::Causes),
    /// What signalling does: live, captured, afterwards
    #[command(subcommand)]
    Sip(sip::Sip),
    /// Campaigns: make, change, start, pause, stop
    #[command(subcommand)]
    Campaign(campaign::Campaign),
    /// Contact lists: load a base, see its acta
    #[command(subcommand)]
    List(list::List),
    /// Encrypted files: our keys, clients' keys, drop folders, return files
    #[command(subcommand)]
    Reception(reception::Reception),
    /// Agents and their phones
    #[command(subcommand)]
    Agent(agent::Agent),
    /// Where live calls may be handed to besides advisors: the back office
    #[command(subcommand)]
    Destination(destination::Destination),
    /// Recordings that callers and advisors hear: messages, hold music, beeps
    #[command(subcommand)]
    Prompt(prompt::Prompt),
    /// The catalogue of indicators, and what a campaign compares with which target
    #[command(subcommand)]
    Kpi(kpi::Kpi),
    /// Goals of a campaign: for days, hours, advisors
    #[command(subcommand)]
    Goal(goal::Goal),
    /// Who is rostered when, and how long a shift usually is
    #[command(subcommand)]
    Roster(roster::Roster),
    /// Indicators and attempts
    #[command(subcommand)]
    Report(report::Report),
    /// Attempts as files: the history of another system in, ours out
    #[command(subcommand)]
    Attempts(attempts::Attempts),
    /// Reports that go somewhere by themselves: list, add, remove, run, runs, redeliver
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// What other systems follow: events after a cursor, or as they happen
    #[command(subcommand)]
    Event(event::EventCommand),
    /// Web hooks that follow events: list, add, remove, redeliver
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Days that are over, as files that other tools read
    #[command(subcommand)]
    Export(export::Export),
    /// Recordings of calls: list, show, export, verify, erase
    #[command(subcommand)]
    Recording(recording::Recording),
    /// Registers of numbers that must not be called: load, see how old they are
    #[command(subcommand)]
    Register(register::Register),
    /// The agenda of call-backs: list, move, hand on, cancel
    #[command(subcommand)]
    Callback(callback::Callback),
    /// What shows that calls were made as the law has it: export, verify
    #[command(subcommand)]
    Evidence(evidence::Evidence),
    /// Who did what, and whether that log is as it was written
    Audit(audit::Audit),
    /// Why it dialed, or did not, at a time
    Explain(explain::Explain),
    /// What the law lets leave, and when
    Gate(gate::Gate),
    /// Sales, from acceptance to legalisation: list, queue, sheet, evidence, move, client's files
    #[command(subcommand)]
    Sale(sale::Sale),
    /// What a campaign may sell: equipment, plans, prices, stock
    #[command(subcommand)]
    Portfolio(sale_settings::Portfolio),
    /// The operating model: practices, agenda, sessions, adherence
    #[command(subcommand)]
    Practice(practice::PracticeCommand),
    /// Action plans and agreements, with their follow-up
    #[command(subcommand)]
    Plan(plan::Plan),
    /// The register of ideas
    #[command(subcommand)]
    Idea(plan::IdeaCommand),
    /// People across lists and campaigns
    #[command(subcommand)]
    Person(person::Person),
    /// Requests of people for their rights, with their last days
    #[command(subcommand)]
    Rights(rights::Rights),
    /// Rules over the columns of a list
    Segment(segment::SegmentCommand),
    /// Make the pacing decisions of a day again from the record, and compare
    Replay(replay::Replay),
    /// What calls of a campaign may be said to be, when people are called again, and what was corrected
    #[command(subcommand)]
    Typifications(typifications::TypificationsCommand),
    /// Check the invariants of the record
    Verify,
    /// Drive the pacing policy over JSON lines on standard input and output
    Pace(pace::Pace),
    /// Rehearse a floor in virtual time: the same engine, hours in seconds
    Simulate(simulate::Simulate),
    /// A carrier on loopback that answers, rings, refuses: for demo and rehearsal
    Carrier(peers::Carrier),
    /// Simulated advisors with real registered phones, on loopback
    Advisors(peers::Advisors),
}

/// Status of an engine that another one replaced. The systemd unit does not
/// start it again: the two would take the record from each other for ever.
const REPLACED: u8 = 3;

/// Status of a program whose reader left, as shells know it (128 + SIGPIPE).
const READER_LEFT: i32 = 141;

fn main() -> ExitCode {
    end_quietly_without_reader();
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(problem) => {
            if arguments.global.json {
                eprintln!("{}", serde_json::json!({"error": format!("{problem:#}")}));
            } else {
                eprintln!("cadencia: {problem:#}");
            }
            status(&problem)
        }
    }
}

/// `cadencia report ... | head` is no defect: the standard library panics where
/// other programs end by SIGPIPE.
fn end_quietly_without_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.payload_as_str().unwrap_or_default();
        if words.starts_with("failed printing to stdout") {
            std::process::exit(READER_LEFT);
        }
        usual(panic);
    }));
}

/// 1, or [`REPLACED`].
fn status(problem: &anyhow::Error) -> ExitCode {
    match problem.downcast_ref::<server::Stopped>() {
        Some(stopped) if stopped.must_stay_stopped() => ExitCode::from(REPLACED),
        _ => ExitCode::FAILURE,
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let global = &arguments.global;
    if let Command::Pace(pace) = &arguments.command {
        pace.run(std::io::stdin().lock(), std::io::stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let code = runtime.block_on(async {
        match &arguments.command {
            Command::Serve(serve) => serve.run(global).await?,
            Command::Demo(demo) => return demo.run(global).await,
            Command::Config(config) => config.run(global)?,
            Command::User(user) => user.run(global).await?,
            Command::Trunk(trunk) => trunk.run(global).await?,
            Command::Routes(routes) => routes.run(global).await?,
            Command::Callerid(callerid) => callerid.run(global).await?,
            Command::Causes(causes) => causes.run(global)?,
            Command::Sip(sip) => sip.run(global).await?,
            Command::Campaign(campaign) => campaign.run(global).await?,
            Command::List(list) => list.run(global).await?,
            Command::Reception(reception) => reception.run(global).await?,
            Command::Agent(agent) => agent.run(global).await?,
            Command::Destination(destination) => destination.run(global).await?,
            Command::Prompt(prompt) => prompt.run(global).await?,
            Command::Kpi(kpi) => kpi.run(global).await?,
            Command::Goal(goal) => goal.run(global).await?,
            Command::Roster(roster) => roster.run(global).await?,
            Command::Attempts(attempts) => attempts.run(global).await?,
            Command::Report(report) => return report.run(global).await,
            Command::Schedule(schedule) => schedule.run(global).await?,
            Command::Event(event) => event.run(global).await?,
            Command::Webhook(webhook) => webhook.run(global).await?,
            Command::Export(export) => export.run(global).await?,
            Command::Recording(recording) => return recording.run(global).await,
            Command::Evidence(evidence) => return evidence.run(global).await,
            Command::Callback(callback) => callback.run(global).await?,
            Command::Register(register) => register.run(global).await?,
            Command::Audit(audit) => return audit.run(global).await,
            Command::Explain(explain) => explain.run(global).await?,
            Command::Gate(gate) => gate.run(global)?,
            Command::Sale(sale) => sale.run(global).await?,
            Command::Portfolio(portfolio) => portfolio.run(global).await?,
            Command::Practice(practice) => practice.run(global).await?,
            Command::Plan(plan) => plan.run(global).await?,
            Command::Idea(idea) => idea.run(global).await?,
            Command::Person(person) => person.run(global).await?,
            Command::Rights(rights) => return rights.run(global).await,
            Command::Segment(segment) => segment.run(global).await?,
            Command::Replay(replay) => return replay.run(global).await,
            Command::Typifications(typifications) => typifications.run(global).await?,
            Command::Verify => return verify::run(global).await,
            Command::Carrier(carrier) => carrier.run().await?,
            Command::Advisors(advisors) => advisors.run().await?,
            Command::Simulate(simulate) => return simulate.run(global).await,
            // Answered above: it needs no runtime.
            Command::Pace(_) => {}
        }
        Ok(ExitCode::SUCCESS)
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn no_command_has_two_options_of_one_name() {
        Arguments::command().debug_assert();
    }
}
