//! The record, on SQLite and PostgreSQL: the journal of events and the tables
//! projected from it in the same transaction, configuration, lists and reading.
//! Decides nothing; whom to call and when is the engine's.

mod agenda;
mod catalogues;
mod day_store;
mod desk_store;
mod error;
mod feed_store;
mod journal;
mod kpi_store;
mod law_store;
mod management_store;
mod past_store;
mod practice_store;
mod receptions;
mod record_reports;
mod sale_store;
mod schedule_store;
mod segment_store;
mod sql;
mod store;
mod types;

pub use agenda::Agenda;
pub use catalogues::Catalogues;
pub use day_store::DayStore;
pub use desk_store::DeskStore;
pub use error::{Result, StoreError};
pub use feed_store::FeedStore;
pub use journal::{Committed, GivenUp, Journal};
pub use kpi_store::KpiStore;
pub use law_store::LawStore;
pub use management_store::ManagementStore;
pub use past_store::PastStore;
pub use practice_store::PracticeStore;
pub use receptions::Receptions;
pub use record_reports::RecordReports;
pub use sale_store::SaleStore;
pub use schedule_store::ScheduleStore;
pub use segment_store::SegmentStore;
pub use sql::{counting_cost, open};
pub use store::Store;
pub use types::RefusalRow;
pub use types::{
    Actor, AgentLogRow, AttemptFilter, AttemptRow, AuditCheck, AuditEntry, AuditFault, AuditFilter,
    AuditRow, Binding, CallStepRow, CallerIdRow, CampaignStateRow, CatalogueVersion,
    CertificateFilter, CertificateRow, ConsentRow, ContactList, ContradictionSet, CorrectionRow,
    ErasedPerson, GateRow, Held, HeldByRule, HoldRow, ImportId, InboundFilter, InboundRow, LawText,
    LedgerRow, ListTarget, Managed, Management, NewCatalogue, NewConsent, NewContact, NewHold,
    NewRequest, NewSnapshot, Numbering, OpenAttempt, OpenSide, PacingRow, PackedLadder,
    PersonRecord, PersonRow, PersonSought, PersonWork, Problem, PromptRow, RecordingBacklog,
    RecordingFilter, RecordingMade, RecordingMarkRow, RecordingRow, RecordingState,
    RecordingStored, Rectification, RequestRow, RetentionCount, RetiredNumber, Role, Session,
    SnapshotRead, SnapshotRow, SoundUseRow, TypificationRow, User, Verdict, WorkDue, WorkStock,
};
pub use types::{AgentTimeRow, DayContact, DaySaleMove, DaySpan};
pub use types::{CallBackChange, CallBackFilter, CallBackRow};
pub use types::{
    CallTold, CallsMade, CampaignKey, ContactTexts, History, LoadRow, ManagedRecord, NewReception,
    OpenedFile, ReceptionFilter, ReceptionId, ReceptionRow, ReceptionState, RecordsWanted,
    RefusedFile, ReturnFileRow, SegmentPlace, SegmentSet, SegmentStanding, SegmentSubject,
    SegmentVersion, SegmentWalk, SpeaksOf, Subjects,
};
pub use types::{
    ClosedCall, FeedEvent, FeedFact, FeedKind, FeedPage, FeedPlace, FeedWanted, HookRow, NewHook,
};
pub use types::{DeskMessageRow, PageQuality};
pub use types::{
    EvidenceRow, ExchangeRow, NewEvidence, NewMove, NewPaper, NewSaleAudit, Paper, PaperRow,
    SaleAuditRow, SaleFilter, SaleMoveRow, SaleRow, SaleSettingRow, SaleTold,
};
pub use types::{
    IdeaRow, IdeaStepRow, MissedTarget, NewPlan, PlanRow, PlanStepRow, PracticeModelRow, SessionRow,
};
pub use types::{NewRun, RunEnd, RunMade, RunRow, RunState};
pub use types::{PastAttempt, PastContact, PastKey, PastKind, PastMove};
