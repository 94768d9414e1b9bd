//! JSON shapes of the public API: what is promised to others. Values that may
//! be wrong are kept as they came; whoever takes a form checks it.

mod abandon;
mod agent;
mod attempt;
mod audit;
mod ban;
mod call_back;
mod caller_id;
mod campaign;
mod consent;
mod desk;
mod destination;
mod event;
mod explanation;
mod funnel;
mod gerencial;
mod gestion;
mod goal;
mod history;
mod hourly;
mod inbound;
mod kpi;
mod ladder;
mod law;
mod list;
mod live;
mod page;
mod person;
mod practice;
mod problem;
mod prompt;
mod provisioning;
mod reception;
mod recording;
mod register;
mod rehearsal;
mod retention;
mod rights;
mod route;
mod sale;
mod sale_fields;
mod schedule;
mod script;
mod segment;
mod segment_set;
mod session;
mod signalling;
mod supervision;
mod trunk;
mod trunk_stats;
mod trunk_test;
mod typification;
mod user;

pub use abandon::AbandonPeriod;
pub use agent::{Agent, AgentForm};
pub use attempt::{Attempt, AttemptPage, LegQuality, Typification};
pub use audit::{AuditCheck, AuditEntry, AuditFault, AuditPage};
pub use ban::SipBan;
pub use call_back::{
    CallBack, CallBackAssignForm, CallBackCancelForm, CallBackMoveForm, CallBackRefusal,
    CallBackWindow,
};
pub use caller_id::CallerId;
pub use campaign::{Campaign, CampaignForm};
pub use consent::{Consent, ConsentForm, EndConsentForm};
pub use desk::{
    Desk, DeskCall, DeskContact, DeskDay, DeskDisposition, DeskMessage, DeskMessageForm, DeskPhone,
    PageQualityForm, TypifyForm,
};
pub use destination::{
    CallStep, Destination, DestinationForm, DigitsForm, NoteForm, TransferForm, TransferTargets,
    TransferTo,
};
pub use event::{
    Event, EventAgentState, EventCall, EventCallBack, EventCallBackChange, EventCampaignState,
    EventData, EventDelivery, EventPage, EventSaleMove, EventTypification, RedeliverForm, WebHook,
    WebHookForm,
};
pub use explanation::{ExplainedDecision, ExplainedRefusal, ExplainedState, Explanation};
pub use funnel::{Funnel, FunnelGate, FunnelRule};
pub use gerencial::{
    GerencialBreakdown, GerencialFigure, GerencialIndicator, GerencialLoss, GerencialPart,
    GerencialPlan, GerencialRefusal, GerencialReport, GerencialShortfall, GerencialSpan,
    GerencialStage, GerencialStep,
};
pub use gestion::GestionTotals;
pub use goal::{GoalRow, RosterShift, UsualShift};
pub use history::{HistoryAccount, HistoryPart};
pub use hourly::{HourlyBase, HourlyLever, HourlyProjection, HourlyReport, HourlyRow};
pub use inbound::{InboundCall, InboundPage};
pub use kpi::{Kpi, KpiDefinition, KpiNotice, KpiReport, KpiTarget, KpiTargetForm};
pub use ladder::{Ladder, LadderMessage};
pub use law::{LawPack, LawRule};
pub use list::{ContactList, LoadColumn, LoadPreview, Loaded};
pub use live::{Live, LiveAgent, LiveCalls, LiveCampaign, LivePacing, LiveTrunk};
pub use page::{PAGE_VERSION, PageHears, PageMessage, PageSays};
pub use person::{
    Passport, PassportRecord, PassportSaid, PassportWork, RetiredNumber, SuppressedNumber,
};
pub use practice::{
    ActionPlan, ActionPlanForm, ActionPlanStep, ActionPlanStepForm, Idea, IdeaForm, IdeaStep,
    IdeaStepForm, MissedTarget, MissedTargetForm, ModelCycle, ModelKpi, ModelPractice, ModelReport,
    Practice, PracticeAdherence, PracticeDue, PracticeModel, PracticeOwner, PracticeSession,
    PracticeSessionForm,
};
pub use problem::Problem;
pub use prompt::{Prompt, SoundUse, SoundUseForm};
pub use provisioning::{PhonePlace, PhoneServer, PhoneTicket, Provisioning, Softphone};
pub use reception::{
    ClientKey, ClientKeyForm, DueReturnFile, Load, ReceivedFile, ReceptionPage, ReturnPlan,
    ReturnTotals, ReturnedFile, RevertForm, Reverted,
};
pub use recording::{
    EraseForm, ErasureCertificate, MarkForm, Recording, RecordingBacklog, RecordingMark,
    RecordingPage,
};
pub use register::{
    Register, RegisterDemand, RegisterOverride, RegisterOverrideForm, RegisterSnapshot,
};
pub use rehearsal::{
    Rehearsal, RehearsalBackTest, RehearsalFigures, RehearsalForm, RehearsalJudged, RehearsalModel,
    RehearsalRange, RehearsalSegment, RehearsalShift, RehearsalTarget,
};
pub use retention::{CertificatePage, Hold, HoldForm, KeptCertificate, RetentionDue};
pub use rights::{
    ErasePersonForm, PersonErased, PersonExport, RectifyForm, RightsAnswerForm, RightsForm,
    RightsRequest,
};
pub use route::{RoutePlan, RoutePlanForm, RouteRow};
pub use sale::{
    PortfolioItem, SabanaRow, Sale, SaleAudit, SaleAuditForm, SaleAuditReply, SaleAuditReplyForm,
    SaleCampaign, SaleCrossing, SaleCrossingMove, SaleDifference, SaleEvidence, SaleMove,
    SaleMoveForm, SaleName, SalePage, SalePaper, SalePaperForm, SaleRecord, SaleSetting, SaleWay,
};
pub use sale_fields::{SaleEvidenceKind, SaleField, SaleFieldWhen, SaleFields, SaleOption};
pub use schedule::{Schedule, ScheduleForm, ScheduleRun};
pub use script::{Script, ScriptAnswer, ScriptObjection, ScriptStep, ScriptWords};
pub use segment::{SegmentColumn, SegmentCount, SegmentExample, SegmentRule, SegmentSuggestions};
pub use segment_set::{
    RecycleForm, Recycled, SegmentForm, SegmentOverlap, SegmentPreview, SegmentPreviewed,
    SegmentProblem, SegmentQuota, SegmentSet, SegmentSetForm, SegmentSheetProblem,
    SegmentSheetRead, SegmentStanding, SegmentTally, SegmentVersion,
};
pub use session::{LogInForm, Role, Session, UnknownRole};
pub use signalling::{TraceLine, TracedMessage, TracedPacket};
pub use supervision::{AgentStateForm, SupervisionForm};
pub use trunk::{Trunk, TrunkForm};
pub use trunk_stats::{TrunkBreaker, TrunkSpan, TrunkStats};
pub use trunk_test::{TrunkTest, TrunkTestAddress};
pub use typification::{
    Contradiction, ContradictionRules, Contradictions, Correction, CorrectionDelta, CorrectionForm,
    ProblemRow, TypificationRow, Typifications, TypificationsForm, TypificationsPut,
    TypificationsVersion,
};
pub use user::{User, UserForm};
