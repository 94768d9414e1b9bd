//! The record on SQL: one set of statements in the common tongue of SQLite and
//! PostgreSQL, a file per noun. What differs between them is in `database` and
//! `query`.

mod abandons;
mod agenda;
mod agent_time;
mod agents;
mod archive;
mod attach;
mod audit;
mod caller_ids;
mod campaigns;
mod catalogues;
mod chain;
mod change;
mod commit;
mod config;
mod consents;
mod contradictions;
mod corrections;
mod database;
mod days;
mod desk;
mod destinations;
mod erase;
mod event;
mod facts;
mod feed;
mod fence;
mod fold;
mod goals;
mod hours;
mod identity;
mod import;
mod inbound;
mod kpi_choices;
mod kpi_store;
mod ladders;
mod law_store;
mod law_texts;
mod lists;
mod pacing;
mod past;
mod people;
mod person;
mod postgres;
mod practices;
mod prior;
mod prompts;
mod quality;
mod query;
mod read;
mod reception;
mod record_reports;
mod recordings;
mod registers;
mod restart;
mod retention;
mod retired;
mod return_file;
mod revert;
mod rights;
mod rollups;
mod rosters;
mod routes;
mod row;
mod said;
mod sale;
mod schedules;
mod segments;
mod side_events;
mod span;
#[cfg(test)]
mod tests;
mod tickets;
mod trunks;
mod verify;
mod web_hooks;
mod work;
mod work_tally;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ::campaigns::Campaign;
use async_trait::async_trait;
use domain::{
    AgentId, AgentProfile, AttemptId, CampaignId, CampaignState, Contact, ContactId, Destination,
    DestinationId, Gate, Intent, LegQuality, ListId, PersonId, PhoneNumber, PromptId, Recorded,
    RoutePlan, RoutePlanId, Secret, SignallingRecord, SoundUse, Timestamp, Trunk, TrunkId, UserId,
    WorkItem, WorkState, WorkUpdate,
};
use serde_json::{Map, Value};

use self::database::Database;
use self::query::Query;
use crate::error::Result;
use crate::store::Store;
use crate::types::{
    Actor, AgentLogRow, AttemptFilter, AttemptRow, AuditCheck, AuditEntry, AuditFilter, AuditRow,
    Binding, CallStepRow, CallerIdRow, CampaignStateRow, CertificateFilter, CertificateRow,
    ContactList, GateRow, HoldRow, ImportId, InboundFilter, InboundRow, LedgerRow, ListTarget,
    NewContact, NewHold, Numbering, OpenAttempt, OpenSide, PacingRow, PackedLadder, PersonRow,
    PersonSought, Problem, PromptRow, RecordingBacklog, RecordingFilter, RecordingMade,
    RecordingMarkRow, RecordingRow, RecordingStored, RetentionCount, Session, SoundUseRow,
    TypificationRow, User, Verdict, WorkDue, WorkStock,
};

pub use self::rollups::counting_cost;

/// Opens the record at `sqlite:PATH` or `postgres://USER@HOST/DATABASE`, makes
/// or updates its schema, and removes what broken loads left behind.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    let db = Database::open(url).await?;
    restart::ensure_node(&db).await?;
    catalogues::ensure_house(&db).await?;
    rollups::ensure_filled(&db).await?;
    import::remove_leftovers(&db).await?;
    revert::remove_leftovers(&db).await?;
    let epoch = Arc::new(AtomicI64::new(fence::epoch(&db).await?));
    Ok(Arc::new(SqlStore { db, epoch }))
}

/// The record behind [`Store`].
#[derive(Debug)]
struct SqlStore {
    db: Database,
    /// Leases and intents of this process carry it; see `take_over`.
    epoch: Arc<AtomicI64>,
}

impl SqlStore {
    fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn commit(&self, batch: &[Recorded]) -> Result<Vec<(AttemptId, Option<Gate>)>> {
        commit::commit(&self.db, self.epoch(), batch).await
    }

    async fn numbering(&self) -> Result<Numbering> {
        restart::numbering(&self.db).await
    }

    async fn open_attempts(&self) -> Result<Vec<OpenAttempt>> {
        restart::open_attempts(&self.db).await
    }

    async fn untyped_attempts(&self) -> Result<Vec<(Intent, Option<WorkState>)>> {
        restart::untyped_attempts(&self.db).await
    }

    async fn open_strangers(&self) -> Result<Vec<(AttemptId, Option<SignallingRecord>)>> {
        inbound::open_strangers(&self.db).await
    }

    async fn caller(&self, phone: PhoneNumber) -> Result<Option<(WorkItem, WorkState)>> {
        inbound::caller(&self.db, phone).await
    }

    async fn inbound_calls(&self, filter: &InboundFilter) -> Result<Vec<InboundRow>> {
        inbound::calls(&self.db, filter).await
    }

    async fn take_over(&self) -> Result<()> {
        let epoch = restart::take_over(&self.db).await?;
        self.epoch.store(epoch, Ordering::SeqCst);
        Ok(())
    }

    async fn in_force(&self) -> Result<bool> {
        Ok(fence::epoch(&self.db).await? == self.epoch())
    }

    async fn release_leases(&self) -> Result<u64> {
        restart::release(&self.db, self.epoch()).await
    }

    async fn bindings(&self) -> Result<Vec<Binding>> {
        restart::bindings(&self.db).await
    }

    async fn put_phones(&self, users: &[(String, Vec<Binding>)]) -> Result<()> {
        restart::put_phones(&self.db, users).await
    }

    async fn line_dialogs(&self) -> Result<Vec<(AgentId, SignallingRecord)>> {
        restart::line_dialogs(&self.db).await
    }

    async fn put_line_dialog(
        &self,
        agent: AgentId,
        dialog: Option<&SignallingRecord>,
    ) -> Result<()> {
        restart::put_line_dialog(&self.db, agent, dialog).await
    }

    async fn secret(&self) -> Result<[u8; 32]> {
        restart::secret(&self.db).await
    }

    async fn lease_work(
        &self,
        campaign: CampaignId,
        now: Timestamp,
        count: u32,
    ) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
        work::lease(&self.db, self.epoch(), campaign, now, count).await
    }

    async fn work(&self, campaign: CampaignId, contact: ContactId) -> Result<Option<WorkItem>> {
        work::one(&self.db, campaign, contact).await
    }

    async fn update_work(&self, updates: &[WorkUpdate]) -> Result<()> {
        work::update_now(&self.db, self.epoch(), updates).await
    }

    async fn attach_list(&self, campaign: CampaignId, list: ListId) -> Result<u64> {
        work::attach_list(&self.db, campaign, list).await
    }

    async fn put_to_work(&self) -> Result<u64> {
        attach::go_on(&self.db).await
    }

    async fn work_due(&self, campaign: CampaignId, now: Timestamp) -> Result<WorkDue> {
        work_tally::due(&self.db, campaign, now).await
    }

    async fn work_counts(&self, campaign: CampaignId) -> Result<Vec<(WorkState, u64)>> {
        work_tally::counts(&self.db, campaign).await
    }

    async fn fold_counters(&self) -> Result<()> {
        work_tally::fold(&self.db).await
    }

    async fn work_stock(&self, campaign: CampaignId) -> Result<Vec<WorkStock>> {
        work::stock(&self.db, campaign).await
    }

    async fn config_version(&self) -> Result<i64> {
        config::version(&self.db).await
    }

    async fn trunks(&self) -> Result<Vec<Trunk>> {
        trunks::all(&self.db).await
    }

    async fn put_trunk(&self, trunk: &Trunk) -> Result<TrunkId> {
        trunks::put(&self.db, trunk).await
    }

    async fn remove_trunk(&self, trunk: TrunkId) -> Result<()> {
        config::remove(&self.db, "trunk", trunk.get()).await
    }

    async fn route_plans(&self) -> Result<Vec<RoutePlan>> {
        routes::all(&self.db).await
    }

    async fn put_route_plan(&self, plan: &RoutePlan) -> Result<RoutePlanId> {
        routes::put(&self.db, plan).await
    }

    async fn remove_route_plan(&self, plan: RoutePlanId) -> Result<()> {
        config::remove(&self.db, "route_plan", plan.get()).await
    }

    async fn agents(&self) -> Result<Vec<AgentProfile>> {
        agents::all(&self.db).await
    }

    async fn put_agent(
        &self,
        agent: &AgentProfile,
        sip_password: Option<&Secret>,
    ) -> Result<AgentId> {
        agents::put(&self.db, agent, sip_password).await
    }

    async fn agent_password(&self, agent: AgentId) -> Result<Option<Secret>> {
        agents::password(&self.db, agent).await
    }

    async fn put_phone_ticket(
        &self,
        token_hash: &[u8; 32],
        agent: AgentId,
        expires_at: Timestamp,
    ) -> Result<()> {
        tickets::put(&self.db, token_hash, agent, expires_at).await
    }

    async fn take_phone_ticket(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<AgentId>> {
        tickets::take(&self.db, token_hash, now).await
    }

    async fn remove_agent(&self, agent: AgentId) -> Result<()> {
        config::remove(&self.db, "agent", agent.get()).await
    }

    async fn destinations(&self) -> Result<Vec<Destination>> {
        destinations::all(&self.db).await
    }

    async fn put_destination(
        &self,
        destination: &Destination,
        sip_password: Option<&Secret>,
    ) -> Result<DestinationId> {
        destinations::put(&self.db, destination, sip_password).await
    }

    async fn destination_password(&self, destination: DestinationId) -> Result<Option<Secret>> {
        destinations::password(&self.db, destination).await
    }

    async fn remove_destination(&self, destination: DestinationId) -> Result<()> {
        config::remove(&self.db, "destination", destination.get()).await
    }

    async fn open_sides(&self) -> Result<Vec<OpenSide>> {
        destinations::open_sides(&self.db).await
    }

    async fn call_steps(&self, attempt: AttemptId) -> Result<Vec<CallStepRow>> {
        destinations::steps(&self.db, attempt).await
    }

    async fn prompts(&self) -> Result<Vec<PromptRow>> {
        prompts::all(&self.db).await
    }

    async fn prompt_audio(&self, prompt: PromptId) -> Result<Option<Vec<u8>>> {
        prompts::audio(&self.db, prompt).await
    }

    async fn put_prompt(&self, prompt: &PromptRow, audio: Vec<u8>) -> Result<PromptId> {
        prompts::put(&self.db, prompt, audio).await
    }

    async fn remove_prompt(&self, prompt: PromptId) -> Result<()> {
        prompts::remove(&self.db, prompt).await
    }

    async fn sound_uses(&self) -> Result<Vec<SoundUseRow>> {
        prompts::uses(&self.db).await
    }

    async fn put_sound_use(
        &self,
        campaign: Option<CampaignId>,
        purpose: SoundUse,
        prompt: Option<PromptId>,
    ) -> Result<()> {
        prompts::put_use(&self.db, campaign, purpose, prompt).await
    }

    async fn campaigns(&self) -> Result<Vec<Campaign>> {
        campaigns::all(&self.db).await
    }

    async fn put_campaign(&self, campaign: &Campaign) -> Result<CampaignId> {
        campaigns::put(&self.db, campaign).await
    }

    async fn set_campaign_state(&self, campaign: CampaignId, state: CampaignState) -> Result<()> {
        campaigns::set_state(&self.db, campaign, state).await
    }

    async fn remove_campaign(&self, campaign: CampaignId) -> Result<()> {
        config::remove(&self.db, "campaign", campaign.get()).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        people::all(&self.db).await
    }

    async fn user_named(&self, name: &str) -> Result<Option<User>> {
        people::named(&self.db, name).await
    }

    async fn put_user(&self, user: &User) -> Result<UserId> {
        people::put(&self.db, user).await
    }

    async fn remove_user(&self, user: UserId) -> Result<()> {
        people::remove(&self.db, user).await
    }

    async fn put_session(&self, session: &Session) -> Result<()> {
        people::put_session(&self.db, session).await
    }

    async fn session(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Session, User)>> {
        people::session(&self.db, token_hash, now).await
    }

    async fn delete_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        people::delete_session(&self.db, token_hash).await
    }

    async fn begin_import(&self, target: &ListTarget, now: Timestamp) -> Result<ImportId> {
        import::begin(&self.db, target, now).await
    }

    async fn import_chunk(&self, import: ImportId, rows: &[NewContact]) -> Result<Vec<Verdict>> {
        import::chunk(&self.db, import, rows).await
    }

    async fn finish_import(
        &self,
        import: ImportId,
        acta_json: &str,
        file_sha256: &str,
        now: Timestamp,
    ) -> Result<ListId> {
        import::finish(&self.db, import, acta_json, file_sha256, now).await
    }

    async fn abort_import(&self, import: ImportId) -> Result<()> {
        import::abort(&self.db, import).await
    }

    async fn lists(&self) -> Result<Vec<ContactList>> {
        lists::all(&self.db).await
    }

    async fn actas(&self, list: ListId) -> Result<Vec<String>> {
        lists::actas(&self.db, list).await
    }

    async fn list_contacts(
        &self,
        list: ListId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<Contact>> {
        lists::contacts(&self.db, list, after, limit).await
    }

    async fn remove_list(&self, list: ListId) -> Result<()> {
        lists::remove(&self.db, list).await
    }

    async fn suppress(&self, phone: PhoneNumber, reason: &str, now: Timestamp) -> Result<()> {
        work::suppress(&self.db, phone, reason, now).await
    }

    async fn unsuppress(&self, phone: PhoneNumber) -> Result<()> {
        work::unsuppress(&self.db, phone).await
    }

    async fn is_suppressed(&self, phone: PhoneNumber) -> Result<bool> {
        work::is_suppressed(&self.db, phone).await
    }

    async fn attempts(&self, filter: &AttemptFilter) -> Result<Vec<AttemptRow>> {
        read::attempts(&self.db, filter).await
    }

    async fn attempt(&self, attempt: AttemptId) -> Result<Option<AttemptRow>> {
        read::attempt(&self.db, attempt).await
    }

    async fn people(&self, sought: &PersonSought, now: Timestamp) -> Result<Vec<PersonRow>> {
        person::find(&self.db, sought, now).await
    }

    async fn contact(&self, contact: ContactId) -> Result<Option<Contact>> {
        lists::contact(&self.db, contact).await
    }

    async fn typifications(&self, attempt: AttemptId) -> Result<Vec<TypificationRow>> {
        read::typifications(&self.db, attempt).await
    }

    async fn call_quality(&self, attempt: AttemptId) -> Result<Vec<LegQuality>> {
        quality::of_attempt(&self.db, attempt).await
    }

    async fn agent_log(
        &self,
        agent: Option<AgentId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<AgentLogRow>> {
        read::agent_log(&self.db, agent, from, to).await
    }

    async fn pacing_log(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PacingRow>> {
        pacing::pacing_log(&self.db, campaign, from, to).await
    }

    async fn campaign_state_at(
        &self,
        campaign: CampaignId,
        at: Timestamp,
    ) -> Result<Option<CampaignStateRow>> {
        read::campaign_state_at(&self.db, campaign, at).await
    }

    async fn pacing_began(&self, campaign: CampaignId, at: Timestamp) -> Result<Option<u64>> {
        pacing::pacing_began(&self.db, campaign, at).await
    }

    async fn pacing_ledger(
        &self,
        campaign: CampaignId,
        first: u64,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerRow>> {
        pacing::pacing_ledger(&self.db, campaign, first, before, limit).await
    }

    async fn pacing_learnt(&self, campaign: CampaignId) -> Result<Option<(Timestamp, String)>> {
        pacing::pacing_learnt(&self.db, campaign).await
    }

    async fn gates(
        &self,
        campaign: Option<CampaignId>,
        phone: Option<PhoneNumber>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<GateRow>> {
        read::gates(&self.db, campaign, phone, from, to).await
    }

    async fn caller_ids(
        &self,
        campaign: Option<CampaignId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<CallerIdRow>> {
        caller_ids::caller_ids(&self.db, campaign, from, to).await
    }

    async fn put_ladders(&self, now: Timestamp, ladders: &[PackedLadder]) -> Result<()> {
        ladders::put(&self.db, now, ladders).await
    }

    async fn ladder(&self, attempt: AttemptId) -> Result<Option<Vec<u8>>> {
        ladders::one(&self.db, attempt).await
    }

    async fn forget_ladders(&self, before: Timestamp) -> Result<u64> {
        ladders::forget(&self.db, before).await
    }

    async fn recording_made(&self, made: &RecordingMade) -> Result<()> {
        recordings::made(&self.db, made).await
    }

    async fn recording_stored(&self, stored: &RecordingStored) -> Result<bool> {
        recordings::stored(&self.db, stored).await
    }

    async fn recording_erased(
        &self,
        attempt: AttemptId,
        at: Timestamp,
        certificate: Map<String, Value>,
    ) -> Result<Option<CertificateRow>> {
        retention::erased(&self.db, attempt, at, certificate).await
    }

    async fn certificates(&self, filter: &CertificateFilter) -> Result<Vec<CertificateRow>> {
        retention::certificates(&self.db, filter).await
    }

    async fn check_certificates(&self) -> Result<i64> {
        retention::check_chain(&self.db).await
    }

    async fn retention_due(&self, at: Timestamp) -> Result<Vec<RetentionCount>> {
        retention::due(&self.db, at).await
    }

    async fn put_hold(&self, hold: &NewHold) -> Result<i64> {
        retention::put_hold(&self.db, hold).await
    }

    async fn release_hold(&self, id: i64, at: Timestamp, by: &str) -> Result<bool> {
        retention::release_hold(&self.db, id, at, by).await
    }

    async fn holds(&self, of: Option<AttemptId>) -> Result<Vec<HoldRow>> {
        retention::holds(&self.db, of).await
    }

    async fn people_with_phone(&self, phone: &PhoneNumber) -> Result<Vec<PersonId>> {
        retention::with_phone(&self.db, phone).await
    }

    async fn recording(&self, attempt: AttemptId) -> Result<Option<RecordingRow>> {
        recordings::one(&self.db, attempt).await
    }

    async fn recordings(&self, filter: &RecordingFilter) -> Result<Vec<RecordingRow>> {
        recordings::all(&self.db, filter).await
    }

    async fn recording_backlog(&self) -> Result<RecordingBacklog> {
        archive::backlog(&self.db).await
    }

    async fn recording_troubled(&self, attempt: AttemptId, why: &str) -> Result<()> {
        archive::troubled(&self.db, attempt, why).await
    }

    async fn recordings_kept_local(
        &self,
        stored_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<AttemptId>> {
        archive::kept_local(&self.db, stored_before, limit).await
    }

    async fn recording_let_go(&self, attempt: AttemptId, at: Timestamp) -> Result<()> {
        archive::let_go(&self.db, attempt, at).await
    }

    async fn leftover_objects(&self, limit: u32) -> Result<Vec<(AttemptId, String)>> {
        archive::leftover(&self.db, limit).await
    }

    async fn object_gone(&self, attempt: AttemptId, at: Timestamp) -> Result<()> {
        archive::gone(&self.db, attempt, at).await
    }

    async fn recordings_sealed_otherwise(
        &self,
        name: &str,
        after: Option<AttemptId>,
        limit: u32,
    ) -> Result<Vec<(AttemptId, String)>> {
        archive::sealed_otherwise(&self.db, name, after, limit).await
    }

    async fn reseal_recording(&self, attempt: AttemptId, old: &str, new: &str) -> Result<bool> {
        archive::reseal(&self.db, attempt, old, new).await
    }

    async fn recording_marks(&self, attempt: AttemptId) -> Result<Vec<RecordingMarkRow>> {
        recordings::marks(&self.db, attempt).await
    }

    fn acting(&self, actor: Actor) -> Arc<dyn Store> {
        Arc::new(SqlStore {
            db: self.db.acting(actor),
            epoch: Arc::clone(&self.epoch),
        })
    }

    async fn put_audit(&self, entry: &AuditEntry) -> Result<()> {
        audit::put(&self.db, entry).await
    }

    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        audit::all(&self.db, filter).await
    }

    async fn check_audit(&self, noted: Option<(i64, &str)>) -> Result<AuditCheck> {
        audit::check(&self.db, noted).await
    }

    async fn verify(&self) -> Result<Vec<Problem>> {
        verify::verify(&self.db).await
    }

    async fn ping(&self) -> Result<()> {
        self.db
            .fetch(Query::new("answer", "SELECT 1 AS one"))
            .await
            .map(drop)
    }
}
