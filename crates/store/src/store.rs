//! Everything the product may ask of its record. One trait, so that callers
//! know no database; the same tests hold it on SQLite and PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use campaigns::Campaign;
use domain::{
    AgentId, AgentProfile, AttemptId, CampaignId, CampaignState, Contact, ContactId, Destination,
    DestinationId, Gate, Intent, LegQuality, ListId, PersonId, PhoneNumber, PromptId, Recorded,
    RoutePlan, RoutePlanId, Secret, SignallingRecord, SoundUse, Timestamp, Trunk, TrunkId, UserId,
    WorkItem, WorkState, WorkUpdate,
};
use serde_json::{Map, Value};

use crate::error::Result;
use crate::law_store::LawStore;
use crate::receptions::Receptions;
use crate::segment_store::SegmentStore;
use crate::types::{
    Actor, AgentLogRow, AttemptFilter, AttemptRow, AuditCheck, AuditEntry, AuditFilter, AuditRow,
    Binding, CallStepRow, CallerIdRow, CampaignStateRow, CertificateFilter, CertificateRow,
    ContactList, GateRow, HoldRow, ImportId, InboundFilter, InboundRow, LedgerRow, ListTarget,
    NewContact, NewHold, Numbering, OpenAttempt, OpenSide, PacingRow, PackedLadder, PersonRow,
    PersonSought, Problem, PromptRow, RecordingBacklog, RecordingFilter, RecordingMade,
    RecordingMarkRow, RecordingRow, RecordingStored, RetentionCount, Session, SoundUseRow,
    TypificationRow, User, Verdict, WorkDue, WorkStock,
};

/// The record. Objects are shared as `Arc<dyn Store>`.
#[async_trait]
pub trait Store:
    SegmentStore
    + crate::Agenda
    + crate::Catalogues
    + crate::RecordReports
    + crate::SaleStore
    + crate::KpiStore
    + crate::ManagementStore
    + crate::PracticeStore
    + crate::PastStore
    + crate::DayStore
    + crate::DeskStore
    + crate::FeedStore
    + crate::ScheduleStore
    + LawStore
    + Receptions
    + Send
    + Sync
{
    // --- the journal -----------------------------------------------------

    /// Appends events and projects them, in one transaction. Returns, for each
    /// `AttemptIntended`, the gate that refused it, if any, and each `CallRerouted`. Committing the same
    /// batch again changes nothing and gives the same answer.
    async fn commit(&self, batch: &[Recorded]) -> Result<Vec<(AttemptId, Option<Gate>)>>;

    // --- restart ---------------------------------------------------------

    /// Where numbering goes on.
    async fn numbering(&self) -> Result<Numbering>;
    /// Attempts without an outcome: the to-do list of a restart.
    async fn open_attempts(&self) -> Result<Vec<OpenAttempt>>;
    /// Second legs of open attempts that were called, and of whose end the
    /// record knows nothing.
    async fn open_sides(&self) -> Result<Vec<OpenSide>>;
    /// Attempts that were connected and over, of which nobody said yet what
    /// they were: their contacts must not be called as if nothing had been.
    /// With a call that they made to us comes where the work with them stands.
    async fn untyped_attempts(&self) -> Result<Vec<(Intent, Option<WorkState>)>>;
    /// Calls of strangers of whose end the record knows nothing, and how to end their dialogs.
    async fn open_strangers(&self) -> Result<Vec<(AttemptId, Option<SignallingRecord>)>>;
    /// Takes the record over: from now on an earlier engine can neither commit
    /// nor lease ([`StoreError::Replaced`](crate::StoreError::Replaced)).
    async fn take_over(&self) -> Result<()>;
    /// Whether nobody took the record over since this process opened it or took
    /// it over itself.
    async fn in_force(&self) -> Result<bool>;
    /// Gives back work that an earlier engine leased and that is not being
    /// called; work being called is leased to this engine.
    async fn release_leases(&self) -> Result<u64>;
    /// What the pacing of a campaign had learnt when it was kept last, and when.
    async fn pacing_learnt(&self, campaign: CampaignId) -> Result<Option<(Timestamp, String)>>;
    /// Registered phones.
    async fn bindings(&self) -> Result<Vec<Binding>>;
    /// Remembers the registered phones of these users, and no others of theirs, in one transaction:
    /// thousands register after a power cut.
    async fn put_phones(&self, users: &[(String, Vec<Binding>)]) -> Result<()>;
    /// Dialogs of agents' lines that were up.
    async fn line_dialogs(&self) -> Result<Vec<(AgentId, SignallingRecord)>>;
    /// Remembers the dialog of an agent's line; `None` forgets it.
    async fn put_line_dialog(
        &self,
        agent: AgentId,
        dialog: Option<&SignallingRecord>,
    ) -> Result<()>;
    /// A secret of this installation, made once.
    async fn secret(&self) -> Result<[u8; 32]>;

    // --- work ------------------------------------------------------------

    /// Leases up to `count` contacts that are due, call-backs first, then by
    /// list. The second value is when the next one becomes due; `None` when no
    /// contact is waiting (others may be out on lease).
    async fn lease_work(
        &self,
        campaign: CampaignId,
        now: Timestamp,
        count: u32,
    ) -> Result<(Vec<WorkItem>, Option<Timestamp>)>;
    /// The work with a contact as it stands, leased or not.
    async fn work(&self, campaign: CampaignId, contact: ContactId) -> Result<Option<WorkItem>>;
    /// Writes down decisions about work outside the journal (leases given back).
    async fn update_work(&self, updates: &[WorkUpdate]) -> Result<()>;
    /// Puts the contacts of a list to work in a campaign, some at a time. Returns how many are new to it.
    async fn attach_list(&self, campaign: CampaignId, list: ListId) -> Result<u64>;
    /// Goes on with lists that a crash, or another process that ended, left half put to work. Returns how many contacts
    /// are new to their campaigns.
    async fn put_to_work(&self) -> Result<u64>;
    /// How much of a campaign's work is due, waits, and is being called.
    async fn work_due(&self, campaign: CampaignId, now: Timestamp) -> Result<WorkDue>;
    /// Contacts of a campaign by state of their work.
    async fn work_counts(&self, campaign: CampaignId) -> Result<Vec<(domain::WorkState, u64)>>;
    /// Folds what changes of work added to their counters, and forgets those that came to nothing: what reads them
    /// gets slower until then. Every minute is often enough.
    async fn fold_counters(&self) -> Result<()>;
    /// The same by what was tried and by phones left, for those who forecast.
    async fn work_stock(&self, campaign: CampaignId) -> Result<Vec<WorkStock>>;

    // --- configuration ---------------------------------------------------

    /// Rises with every change of configuration, whichever process made it.
    async fn config_version(&self) -> Result<i64>;
    /// Every trunk, by name.
    async fn trunks(&self) -> Result<Vec<Trunk>>;
    /// Makes (id 0) or changes a trunk.
    async fn put_trunk(&self, trunk: &Trunk) -> Result<TrunkId>;
    /// Removes a trunk; its calls keep naming it.
    async fn remove_trunk(&self, trunk: TrunkId) -> Result<()>;
    /// Every route plan, by name. Rows over removed trunks are left out.
    async fn route_plans(&self) -> Result<Vec<RoutePlan>>;
    /// Makes (id 0) or changes a route plan, with all its rows.
    async fn put_route_plan(&self, plan: &RoutePlan) -> Result<RoutePlanId>;
    /// Removes a route plan; campaigns that name it go by their trunks again.
    async fn remove_route_plan(&self, plan: RoutePlanId) -> Result<()>;
    /// Every agent, by name.
    async fn agents(&self) -> Result<Vec<AgentProfile>>;
    /// Makes (id 0) or changes an agent; `sip_password` `None` keeps the old one.
    async fn put_agent(
        &self,
        agent: &AgentProfile,
        sip_password: Option<&Secret>,
    ) -> Result<AgentId>;
    /// The password of the agent's phone.
    async fn agent_password(&self, agent: AgentId) -> Result<Option<Secret>>;
    /// Remembers a token that is good once, until then, for the settings of the agent's phone.
    async fn put_phone_ticket(
        &self,
        token_hash: &[u8; 32],
        agent: AgentId,
        expires_at: Timestamp,
    ) -> Result<()>;
    /// The agent of a token, which is used up by that; `None` if it was, has
    /// lapsed or never was.
    async fn take_phone_ticket(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<AgentId>>;
    /// Removes an agent; what they did stays.
    async fn remove_agent(&self, agent: AgentId) -> Result<()>;
    /// Where calls may be handed to, by name.
    async fn destinations(&self) -> Result<Vec<Destination>>;
    /// Makes (id 0) or changes a destination; `sip_password` `None` keeps the
    /// old one.
    async fn put_destination(
        &self,
        destination: &Destination,
        sip_password: Option<&Secret>,
    ) -> Result<DestinationId>;
    /// The password of the destination's phone, where it is one of ours.
    async fn destination_password(&self, destination: DestinationId) -> Result<Option<Secret>>;
    /// Removes a destination; nobody is handed there any more.
    async fn remove_destination(&self, destination: DestinationId) -> Result<()>;
    /// Recordings that callers and advisors hear, by name and language, without their sound.
    async fn prompts(&self) -> Result<Vec<PromptRow>>;
    /// The sound of one: 16-bit samples, low byte first, 8000 a second.
    async fn prompt_audio(&self, prompt: PromptId) -> Result<Option<Vec<u8>>>;
    /// Keeps a recording; one of that name and language is replaced wherever it is used. Its id is
    /// not looked at.
    async fn put_prompt(&self, prompt: &PromptRow, audio: Vec<u8>) -> Result<PromptId>;
    /// Removes a recording; where it was used the usual is heard again.
    async fn remove_prompt(&self, prompt: PromptId) -> Result<()>;
    /// Which recording is heard when.
    async fn sound_uses(&self) -> Result<Vec<SoundUseRow>>;
    /// Chooses what is heard on an occasion; `prompt` `None`: the usual again.
    async fn put_sound_use(
        &self,
        campaign: Option<CampaignId>,
        purpose: SoundUse,
        prompt: Option<PromptId>,
    ) -> Result<()>;
    /// Every campaign, by name.
    async fn campaigns(&self) -> Result<Vec<Campaign>>;
    /// Makes (id 0) or changes a campaign, and puts its lists to work. The
    /// state of an existing campaign is not touched.
    async fn put_campaign(&self, campaign: &Campaign) -> Result<CampaignId>;
    /// What people asked of a campaign.
    async fn set_campaign_state(&self, campaign: CampaignId, state: CampaignState) -> Result<()>;
    /// Removes a campaign; its attempts stay.
    async fn remove_campaign(&self, campaign: CampaignId) -> Result<()>;

    // --- people who log in -----------------------------------------------

    /// Every user, by name.
    async fn users(&self) -> Result<Vec<User>>;
    /// The user of that name.
    async fn user_named(&self, name: &str) -> Result<Option<User>>;
    /// Makes (id 0) or changes a user.
    async fn put_user(&self, user: &User) -> Result<UserId>;
    /// Removes a user and their sessions.
    async fn remove_user(&self, user: UserId) -> Result<()>;
    /// Starts a session.
    async fn put_session(&self, session: &Session) -> Result<()>;
    /// The session behind a token's hash, unless it expired.
    async fn session(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Session, User)>>;
    /// Ends a session.
    async fn delete_session(&self, token_hash: &[u8; 32]) -> Result<()>;

    // --- lists -----------------------------------------------------------

    /// Begins a load into a new list, or into one that exists.
    async fn begin_import(&self, target: &ListTarget, now: Timestamp) -> Result<ImportId>;
    /// Stages contacts; the verdicts are in the order of `rows`.
    async fn import_chunk(&self, import: ImportId, rows: &[NewContact]) -> Result<Vec<Verdict>>;
    /// Makes the load visible at once, with its acta.
    async fn finish_import(
        &self,
        import: ImportId,
        acta_json: &str,
        file_sha256: &str,
        now: Timestamp,
    ) -> Result<ListId>;
    /// Leaves nothing of a load.
    async fn abort_import(&self, import: ImportId) -> Result<()>;
    /// Every list, newest first.
    async fn lists(&self) -> Result<Vec<ContactList>>;
    /// The actas (JSON) of a list's loads, oldest first.
    async fn actas(&self, list: ListId) -> Result<Vec<String>>;
    /// Contacts of a list in order of id, after `after`.
    async fn list_contacts(
        &self,
        list: ListId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<Contact>>;
    /// Removes a list from sight; campaigns dialing it must let it go first.
    async fn remove_list(&self, list: ListId) -> Result<()>;
    /// Never call this number again.
    async fn suppress(&self, phone: PhoneNumber, reason: &str, now: Timestamp) -> Result<()>;
    /// Allow this number again.
    async fn unsuppress(&self, phone: PhoneNumber) -> Result<()>;
    /// Whether the number must not be called.
    async fn is_suppressed(&self, phone: PhoneNumber) -> Result<bool>;

    // --- reading ---------------------------------------------------------

    /// Attempts by filter, in order of id.
    async fn attempts(&self, filter: &AttemptFilter) -> Result<Vec<AttemptRow>>;
    /// One attempt.
    async fn attempt(&self, attempt: AttemptId) -> Result<Option<AttemptRow>>;
    /// Whose number it is who calls us: the contact of the last call with it, in that campaign, else
    /// any that has it; and where the work with them stands.
    async fn caller(&self, phone: PhoneNumber) -> Result<Option<(WorkItem, WorkState)>>;
    /// Calls that others made to us, in order of id.
    async fn inbound_calls(&self, filter: &InboundFilter) -> Result<Vec<InboundRow>>;
    /// Who has this number or document, across lists and campaigns, with what left for them lately.
    async fn people(&self, sought: &PersonSought, now: Timestamp) -> Result<Vec<PersonRow>>;
    /// One contact.
    async fn contact(&self, contact: ContactId) -> Result<Option<Contact>>;
    /// What was said of an attempt, oldest first.
    async fn typifications(&self, attempt: AttemptId) -> Result<Vec<TypificationRow>>;
    /// How the legs of an attempt sounded; empty where nothing was heard.
    async fn call_quality(&self, attempt: AttemptId) -> Result<Vec<LegQuality>>;
    /// What agents did with a call besides ending it, oldest first.
    async fn call_steps(&self, attempt: AttemptId) -> Result<Vec<CallStepRow>>;
    /// Changes of state in `from..to`; `agent` `None` gives everyone's.
    async fn agent_log(
        &self,
        agent: Option<AgentId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<AgentLogRow>>;
    /// Pacing decisions in `from..to`.
    async fn pacing_log(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PacingRow>>;
    /// Where in the journal the campaign's pacing began that was at work at
    /// `at`: a replay starts there. `None`: no ledger reaches back so far.
    async fn pacing_began(&self, campaign: CampaignId, at: Timestamp) -> Result<Option<u64>>;
    /// The pacing ledger from a place in the journal on, up to `before`, in
    /// order, at most `limit` rows.
    async fn pacing_ledger(
        &self,
        campaign: CampaignId,
        first: u64,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerRow>>;
    /// The last change of a campaign's state up to `at`; `None`: it had not been
    /// started by then.
    async fn campaign_state_at(
        &self,
        campaign: CampaignId,
        at: Timestamp,
    ) -> Result<Option<CampaignStateRow>>;
    /// Intents that did not become calls, in `from..to`.
    async fn gates(
        &self,
        campaign: Option<CampaignId>,
        phone: Option<PhoneNumber>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<GateRow>>;
    /// What each caller id did in `from..to`, by campaign.
    async fn caller_ids(
        &self,
        campaign: Option<CampaignId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<CallerIdRow>>;
    /// Keeps the signalling of attempts, in place of what was kept of them before. No part of the
    /// record: nothing is decided by it.
    async fn put_ladders(&self, now: Timestamp, ladders: &[PackedLadder]) -> Result<()>;
    /// The signalling of an attempt as it was packed; `None`: none is kept.
    async fn ladder(&self, attempt: AttemptId) -> Result<Option<Vec<u8>>>;
    /// Lets go of signalling kept before an instant; says of how many attempts.
    async fn forget_ladders(&self, before: Timestamp) -> Result<u64>;
    /// A recording came to its end: said by who made its file, or found it at a start. Says nothing
    /// of one that the archive has already.
    async fn recording_made(&self, made: &RecordingMade) -> Result<()>;
    /// The archive took a recording; false where it was erased meanwhile.
    async fn recording_stored(&self, stored: &RecordingStored) -> Result<bool>;
    /// Destroys the key of a recording, with the next certificate of it: this object, its number and
    /// the hash of the one before. `None` where there is nothing to erase, or somebody holds it.
    async fn recording_erased(
        &self,
        attempt: AttemptId,
        at: Timestamp,
        certificate: Map<String, Value>,
    ) -> Result<Option<CertificateRow>>;
    /// Certificates, in order.
    async fn certificates(&self, filter: &CertificateFilter) -> Result<Vec<CertificateRow>>;
    /// Goes through all certificates: how many there are, or where the chain was broken.
    async fn check_certificates(&self) -> Result<i64>;
    /// Recordings that were kept as long as they should by an instant, by campaign and class.
    async fn retention_due(&self, at: Timestamp) -> Result<Vec<RetentionCount>>;
    /// Places a hold on recordings; its number.
    async fn put_hold(&self, hold: &NewHold) -> Result<i64>;
    /// Releases one; false where there is none, or it was released already.
    async fn release_hold(&self, id: i64, at: Timestamp, by: &str) -> Result<bool>;
    /// All holds there ever were; or those in force on the recording of an attempt.
    async fn holds(&self, of: Option<AttemptId>) -> Result<Vec<HoldRow>>;
    /// Whom one reaches at a phone.
    async fn people_with_phone(&self, phone: &PhoneNumber) -> Result<Vec<PersonId>>;
    /// The recording of an attempt, or why there is none; `None`: nobody picked up.
    async fn recording(&self, attempt: AttemptId) -> Result<Option<RecordingRow>>;
    /// Recordings by filter, in order of attempt.
    async fn recordings(&self, filter: &RecordingFilter) -> Result<Vec<RecordingRow>>;
    /// Recordings that are over and not in the archive yet.
    async fn recording_backlog(&self) -> Result<RecordingBacklog>;
    /// Notes why a recording did not come to the archive.
    async fn recording_troubled(&self, attempt: AttemptId, why: &str) -> Result<()>;
    /// Recordings that the archive has had since then, and whose files lie in the spool still.
    async fn recordings_kept_local(
        &self,
        stored_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<AttemptId>>;
    /// Notes that the file of such a one was removed.
    async fn recording_let_go(&self, attempt: AttemptId, at: Timestamp) -> Result<()>;
    /// Objects in the archive of recordings that were erased.
    async fn leftover_objects(&self, limit: u32) -> Result<Vec<(AttemptId, String)>>;
    /// Notes that such a one was removed.
    async fn object_gone(&self, attempt: AttemptId, at: Timestamp) -> Result<()>;
    /// Recordings in the archive whose keys are sealed by another master key than that of this name
    /// (how a sealed key begins), in order of attempt, with their sealed keys.
    async fn recordings_sealed_otherwise(
        &self,
        name: &str,
        after: Option<AttemptId>,
        limit: u32,
    ) -> Result<Vec<(AttemptId, String)>>;
    /// Puts a key that was sealed anew in the place of the old one; false where that is not there.
    async fn reseal_recording(&self, attempt: AttemptId, old: &str, new: &str) -> Result<bool>;
    /// The marks of a recording, in order.
    async fn recording_marks(&self, attempt: AttemptId) -> Result<Vec<RecordingMarkRow>>;
    /// The same record, written to by somebody: whatever they change through it is in the audit log
    /// under their name, in the same transaction.
    fn acting(&self, actor: Actor) -> Arc<dyn Store>;
    /// Notes what somebody looked at; before they see its result.
    async fn put_audit(&self, entry: &AuditEntry) -> Result<()>;
    /// What people did, in order.
    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>>;
    /// Goes through the audit log from its beginning and tells what was changed, taken out or put in
    /// behind its back. `noted`: number and hash of an entry that somebody kept elsewhere.
    async fn check_audit(&self, noted: Option<(i64, &str)>) -> Result<AuditCheck>;
    /// Checks the invariants of the record; empty when all hold. Ask when the
    /// engine is quiet, or expect calls in flight to be passed over.
    async fn verify(&self) -> Result<Vec<Problem>>;
    /// Whether the database answers (for readiness).
    async fn ping(&self) -> Result<()>;
}
