//! The rows callers see. Plain data; no database type.

mod agenda;
mod attempt;
mod audit;
mod catalogue;
mod consent;
mod day;
mod desk;
mod feed;
mod inbound;
mod ladder;
mod list;
mod management;
mod past;
mod people;
mod person;
mod practice;
mod prompt;
mod reception;
mod record_report;
mod recording;
mod register;
mod restart;
mod retention;
mod rights;
mod sale;
mod schedule;
mod segment;
mod transfer;

pub use agenda::{CallBackChange, CallBackFilter, CallBackRow};
pub use attempt::{
    AgentLogRow, AttemptFilter, AttemptRow, CallerIdRow, CampaignStateRow, GateRow, LedgerRow,
    PacingRow, Problem, TypificationRow,
};
pub use audit::{Actor, AuditCheck, AuditEntry, AuditFault, AuditFilter, AuditRow};
pub use catalogue::{
    CatalogueVersion, ContradictionSet, CorrectionRow, HeldByRule, Managed, Management,
    NewCatalogue,
};
pub use consent::{ConsentRow, NewConsent};
pub use day::{AgentTimeRow, DayContact, DaySaleMove, DaySpan};
pub use desk::{DeskMessageRow, PageQuality};
pub use feed::{
    ClosedCall, FeedEvent, FeedFact, FeedKind, FeedPage, FeedPlace, FeedWanted, HookRow, NewHook,
};
pub use inbound::{InboundFilter, InboundRow};
pub use ladder::PackedLadder;
pub use list::{ContactList, ImportId, ListTarget, NewContact, Verdict, WorkDue, WorkStock};
pub use management::RefusalRow;
pub use past::{PastAttempt, PastContact, PastKey, PastKind, PastMove};
pub use people::{Role, Session, User};
pub use person::{PersonRecord, PersonRow, PersonSought, PersonWork, RetiredNumber};
pub use practice::{
    IdeaRow, IdeaStepRow, MissedTarget, NewPlan, PlanRow, PlanStepRow, PracticeModelRow, SessionRow,
};
pub use prompt::{PromptRow, SoundUseRow};
pub use reception::{
    CampaignKey, LoadRow, NewReception, OpenedFile, ReceptionFilter, ReceptionId, ReceptionRow,
    ReceptionState, RefusedFile, ReturnFileRow,
};
pub use record_report::{CallTold, CallsMade, ManagedRecord, RecordsWanted, SaleTold};
pub use recording::{
    RecordingBacklog, RecordingFilter, RecordingMade, RecordingMarkRow, RecordingRow,
    RecordingState, RecordingStored,
};
pub use register::{LawText, NewSnapshot, SnapshotRead, SnapshotRow};
pub use restart::{Binding, Numbering, OpenAttempt};
pub use retention::{CertificateFilter, CertificateRow, Held, HoldRow, NewHold, RetentionCount};
pub use rights::{ErasedPerson, NewRequest, Rectification, RequestRow};
pub use sale::{
    EvidenceRow, ExchangeRow, NewEvidence, NewMove, NewPaper, NewSaleAudit, Paper, PaperRow,
    SaleAuditRow, SaleFilter, SaleMoveRow, SaleRow, SaleSettingRow,
};
pub use schedule::{NewRun, RunEnd, RunMade, RunRow, RunState};
pub use segment::{
    ContactTexts, History, SegmentPlace, SegmentSet, SegmentStanding, SegmentSubject,
    SegmentVersion, SegmentWalk, SpeaksOf, Subjects,
};
pub use transfer::{CallStepRow, OpenSide};
