//! HTTP and WebSocket: every route on one page ([`router`]), with its OpenAPI.
//! Reads and writes the store; what touches live calls goes through [`Control`],
//! which the server implements. Decides nothing about calls.

mod abandons;
mod access;
mod action_plans;
mod agents;
mod attempts;
mod audit;
mod auth;
mod bans;
mod call_backs;
mod caller_ids;
mod campaign_rules;
mod campaigns;
mod consents;
mod contradiction_rules;
mod contradictions;
mod control;
mod corrections;
mod desk;
mod desk_day;
mod desk_messages;
mod destinations;
mod document;
mod drop_folder;
mod erasure;
mod error;
mod event_stream;
mod events;
mod evidence;
mod evidence_zip;
mod explain;
mod funnel;
mod gerencial;
mod gestion;
mod goals;
mod hashing;
mod health;
mod history;
mod hourly;
mod hourly_csv;
mod ideas;
mod import;
mod inbound;
mod kpi_facts;
mod kpi_targets;
mod kpis;
mod ladders;
mod law_packs;
mod lists;
mod live;
mod loads;
mod logins;
mod meanings;
mod model_report;
mod page;
mod page_quality;
pub mod password;
mod people;
mod person_data;
mod places;
mod practice_sessions;
mod practices;
mod prompts;
pub mod provisioning;
mod range;
mod received;
mod record_state;
mod recording_audio;
mod recording_rules;
mod recordings;
mod recycling;
mod refused_load;
mod registers;
pub mod rehearsal;
mod report_maker;
mod retention;
mod return_file;
mod returns;
mod rights;
mod rights_metrics;
mod rosters;
mod route_plans;
mod sabana;
mod sale_audits;
mod sale_campaigns;
mod sale_evidence;
mod sale_exchange;
mod sale_fields;
mod sale_pack;
mod sale_pack_route;
mod sale_papers;
mod sale_settings;
mod sales;
mod schedules;
mod script;
pub mod segment_count;
mod segment_forms;
mod segment_gate;
mod segment_preview;
mod segment_sets;
mod segment_sheets;
mod segment_workbooks;
mod segmenting;
mod segments;
mod session;
mod signalling;
mod supervision;
#[cfg(test)]
mod test_calls;
mod transfer;
mod trunks;
mod typifications;
mod unsealing;
mod users;
mod web_hooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use recorder::Vault;
use store::Store;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use abandons::abandon_ledger;
pub use action_plans::{action_plan, action_plans, open_plan, step_plan};
pub use agents::{agent_shown, apply_agent, new_agent};
pub use attempts::attempt_shown;
pub use audit::{audit_check, audit_shown, note_command};
pub use call_backs::{assign_call_back, call_backs, cancel_call_back, move_call_back};
pub use caller_ids::caller_ids;
pub use campaign_rules::{CampaignColumns, CampaignRules, SubjectRow, campaign_columns};
pub use campaigns::{apply_campaign, campaign_shown, check_start};
pub use consents::{consents, end_consent, record_consent};
pub use contradiction_rules::{
    check_contradiction_rules, contradiction_rules, contradiction_versions,
    put_contradiction_rules, rules_in_force,
};
pub use contradictions::contradictions;
pub use control::{Control, LineNews, LineOffer, MediaWanted, TraceWanted};
pub use corrections::corrections;
pub use desk_messages::DeskNews;
pub use destinations::{apply_destination, destination_shown, generated_password, new_destination};
pub use drop_folder::{DropFolder, Fate, Outcome};
pub use erasure::erase_recording;
pub use error::ApiError;
pub use events::{EventReader, event_kinds, event_place, event_shown, events};
pub use evidence::{
    ATTEMPT_COLUMNS, EvidenceMade, EvidenceWanted, export_evidence, sha256_of_bytes as sha256_of,
    sha256_of_file, verify_evidence,
};
pub use explain::explain;
pub use funnel::funnel;
pub use gerencial::{
    GerencialForm, GerencialWanted, gerencial, gerencial_csv, gerencial_page, write_gerencial,
};
pub use gestion::{
    CsvSheet, GESTION_COLUMNS, GestionForm, GestionSheet, GestionWanted, gestion,
    write_gestion_file,
};
pub use goals::{day_of, day_text, goals, load_goals};
pub use history::{
    FileProblem, HistoryError, HistoryFiles, HistoryProgress, HistoryRequest, export_history,
    import_history,
};
pub use hourly::hourly;
pub use hourly_csv::{HOURLY_COLUMNS, HourlyColumn, hour_of_row, hourly_csv};
pub use ideas::{ideas, put_idea, step_idea};
pub use import::{ImportRequest, Imported, Origin, load};
pub use inbound::inbound_shown;
pub use kpi_targets::{kpi_catalogue, kpi_targets, put_kpi_target, reset_kpi_target};
pub use kpis::{kpi_csv, report};
pub use ladders::{ladder, pack as pack_ladder};
pub use live::live_shown;
pub use loads::{acta_page, find_load, load_shown, revert_load};
pub use logins::LogIns;
pub use model_report::{ModelSpan, model_csv, model_report, state_words, write_model_workbook};
pub use people::{passports, sought as person_sought};
pub use person_data::{erase_person, export_page, export_person, rectify_person};
pub use places::{PlaceSettings, Reception};
pub use practice_sessions::{correct_session, practice_sessions, record_session};
pub use practices::{
    practice_adherence, practice_agenda, practice_models, practices, put_practice_model,
};
pub use prompts::{choose_sound, keep_prompt, occasion, prompt_wav, prompts_shown, read_prompt};
pub use received::{
    client_key, client_key_shown, put_client_key, read_client_key, received_shown, reception_state,
};
pub use recording_audio::open_recording;
pub use recordings::{recording, recording_backlog, recording_shown, recording_state};
pub use recycling::Recycling;
pub use refused_load::LoadError;
pub use registers::{RegisterLoad, load_register, override_register, registers, snapshot_shown};
pub use rehearsal::Rehearsals;
pub use report_maker::ReportMaker;
pub use retention::{
    certificate_shown, erase_due, held_by, hold_shown, place_hold, release_hold, retention_due,
};
pub use return_file::{ReturnFile, return_file, return_files};
pub use returns::{Delivered, Delivery, ReturnPass, return_plan, send_returns};
pub use rights::{close_request, extend_request, open_request, requests};
pub use rosters::{load_roster, put_usual_shift, roster};
pub use route_plans::{apply_route_plan, route_plan_shown};
pub use sabana::{sabana, sabana_csv};
pub use sale_audits::audit_sale;
pub use sale_evidence::{EVIDENCE_BYTES_MAX, EvidenceFile, attach, evidence_content};
pub use sale_exchange::{SaleFile, SaleFileRead, export_sales, import_sales};
pub use sale_pack::{SalePackFile, SalePackIndex, evidence_key, pack_sale, verify_sale_pack};
pub use sale_papers::{put_reservation, put_sheet};
pub use sale_settings::{
    portfolio_csv, portfolio_shown, put_portfolio, put_sale_setting, sale_setting,
    sale_setting_versions,
};
pub use sales::{SalesWanted, Viewer, move_sale, sale, sales, stages_of};
pub use schedules::{add_schedule, ask_run, run_shown, run_state, schedules};
pub use segment_preview::preview as preview_segments;
pub use segment_sets::{CheckedSegments, check_segments, refusal, segments_shown};
pub use segment_sheets::{SheetWanted, take_segment_sheet, write_segment_sheet};
pub use segmenting::{Segmenting, settle};
pub use segments::{columns_shown, today, today_of};
pub use session::enter_by_record;
pub use trunks::{apply_trunk, new_trunk, trunk_shown};
pub use typifications::{
    checked, put_typifications, read_typifications, typifications_of, typifications_shown,
    version_shown,
};
pub use users::{apply_user, new_user};
pub use web_hooks::{PublicWords, add_web_hook, redeliver_events, web_hooks};

/// Most bytes of a request that is no upload.
const BODY_MAX: usize = 256 * 1024;
/// Most bytes of a route plan, of goals and of a roster: as many rows as they may have.
const PLAN_MAX: usize = 4 * 1024 * 1024;
/// Most bytes of evidence, of a portfolio, and of a client's delivery file.
const SALE_FILE_MAX: usize = 32 * 1024 * 1024;
/// Most bytes of an uploaded base.
const UPLOAD_MAX: usize = 1024 * 1024 * 1024;

/// What every handler works with.
#[derive(Clone)]
pub struct App {
    /// The record.
    pub store: Arc<dyn Store>,
    /// The running engine.
    pub control: Arc<dyn Control>,
    /// Who failed to log in lately.
    pub log_ins: Arc<LogIns>,
    /// Whose turn it is to rehearse.
    pub rehearsals: Arc<Rehearsals>,
    /// Where recordings are heard.
    pub vault: Arc<Vault>,
    /// How clients' files come.
    pub reception: Arc<Reception>,
    /// Where reports go by schedule.
    pub places: Arc<delivery::Places>,
    /// Who was written to.
    pub desk_news: Arc<DeskNews>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "cadencia",
        description = "The public API of cadencia, a predictive dialer. Errors are `{code, message}`; \
        times are milliseconds since 1970 UTC unless a field says otherwise."
    ),
    components(schemas(wire::PageSays))
)]
struct Document;

/// Every route of the product.
pub fn router(app: App) -> Router {
    let (api, document) = operations();
    api.merge(health::routes(document::named(document)))
        .merge(web::routes())
        .fallback(error::no_such_route)
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}

/// The operations of the API and their document. Whom each is for stands in `access.rs`.
fn operations() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (api, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::enter, session::current, session::leave))
        .routes(routes!(live::floor))
        .routes(routes!(live::now))
        .routes(routes!(desk::now))
        .routes(routes!(desk::events))
        .routes(routes!(page::page))
        .routes(routes!(desk::log_in))
        .routes(routes!(desk::ready))
        .routes(routes!(desk::pause))
        .routes(routes!(desk::log_out))
        .routes(routes!(desk::hang_up))
        .routes(routes!(transfer::targets))
        .routes(routes!(transfer::hold))
        .routes(routes!(transfer::resume))
        .routes(routes!(transfer::digits))
        .routes(routes!(transfer::transfer))
        .routes(routes!(transfer::complete))
        .routes(routes!(transfer::cancel))
        .routes(routes!(transfer::three_way))
        .routes(routes!(transfer::note))
        .routes(routes!(transfer::redial))
        .routes(routes!(transfer::consent))
        .routes(routes!(transfer::pause_recording))
        .routes(routes!(transfer::resume_recording))
        .routes(routes!(transfer::mark))
        .routes(routes!(desk::accept_preview))
        .routes(routes!(desk::skip_preview))
        .routes(routes!(desk::extend))
        .routes(routes!(desk::typify))
        .routes(routes!(desk_day::mine))
        .routes(routes!(page_quality::tell))
        .routes(routes!(desk_messages::seen))
        .routes(routes!(desk_messages::send))
        .routes(routes!(desk_messages::all))
        .routes(routes!(campaigns::all, campaigns::create))
        .routes(routes!(campaigns::change, campaigns::remove))
        .routes(routes!(campaigns::start))
        .routes(routes!(campaigns::pause))
        .routes(routes!(campaigns::stop))
        .routes(routes!(typifications::for_agents))
        .routes(routes!(typifications::all, typifications::put))
        .routes(routes!(typifications::csv, typifications::put_csv))
        .routes(routes!(typifications::versions))
        .routes(routes!(corrections::correct))
        .routes(routes!(corrections::of_campaign))
        .routes(routes!(contradictions::of_campaign))
        .routes(routes!(contradiction_rules::shown))
        .routes(routes!(contradiction_rules::csv, contradiction_rules::put))
        .routes(routes!(contradiction_rules::versions))
        .routes(routes!(kpis::of_campaign))
        .routes(routes!(hourly::of_campaign))
        .routes(routes!(kpi_targets::catalogue))
        .routes(routes!(kpi_targets::all))
        .routes(routes!(kpi_targets::put, kpi_targets::reset))
        .routes(routes!(goals::all))
        .routes(routes!(rosters::all))
        .routes(routes!(rosters::usual, rosters::put_usual))
        .routes(routes!(explain::of_campaign))
        .routes(routes!(funnel::of_campaign))
        .routes(routes!(gestion::of_campaign))
        .routes(routes!(gerencial::of_campaign))
        .routes(routes!(rehearsal::of_campaign))
        .routes(routes!(signalling::trace))
        .routes(routes!(signalling::stats))
        .routes(routes!(trunks::all, trunks::create))
        .routes(routes!(trunks::change, trunks::remove))
        .routes(routes!(trunks::test))
        .routes(routes!(bans::all))
        .routes(routes!(bans::lift))
        .routes(routes!(caller_ids::all))
        .routes(routes!(call_backs::all))
        .routes(routes!(call_backs::move_to))
        .routes(routes!(call_backs::assign))
        .routes(routes!(call_backs::cancel))
        .routes(routes!(destinations::all, destinations::create))
        .routes(routes!(destinations::change, destinations::remove))
        .routes(routes!(prompts::remove))
        .routes(routes!(prompts::audio))
        .routes(routes!(prompts::choose))
        .routes(routes!(agents::all, agents::create))
        .routes(routes!(agents::change, agents::remove))
        .routes(routes!(provisioning::shown, provisioning::renew))
        .routes(routes!(provisioning::fetch))
        .routes(routes!(users::all, users::create))
        .routes(routes!(users::change, users::remove))
        .routes(routes!(supervision::join, supervision::leave))
        .routes(routes!(supervision::take_over))
        .routes(routes!(supervision::force))
        .routes(routes!(attempts::page))
        .routes(routes!(abandons::of_campaign))
        .routes(routes!(attempts::typifications))
        .routes(routes!(attempts::quality))
        .routes(routes!(inbound::page))
        .routes(routes!(transfer::steps))
        .routes(routes!(ladders::of_attempt))
        .routes(routes!(recordings::page))
        .routes(routes!(recordings::backlog))
        .routes(routes!(retention::due))
        .routes(routes!(retention::place, retention::holds))
        .routes(routes!(retention::release))
        .routes(routes!(retention::certificates))
        .routes(routes!(recordings::one))
        .routes(routes!(recording_audio::audio))
        .routes(routes!(recordings::erase))
        .routes(routes!(audit::page))
        .routes(routes!(audit::check))
        .routes(routes!(evidence_zip::download))
        .routes(routes!(law_packs::all))
        .routes(routes!(registers::all))
        .routes(routes!(registers::allow))
        .routes(routes!(lists::all))
        .routes(routes!(lists::actas))
        .routes(routes!(loads::all))
        .routes(routes!(loads::acta))
        .routes(routes!(loads::revert))
        .routes(routes!(received::page))
        .routes(routes!(
            received::key,
            received::set_key,
            received::remove_key
        ))
        .routes(routes!(received::returned))
        .routes(routes!(received::returned_before))
        .routes(routes!(received::return_due))
        .routes(routes!(people::find))
        .routes(routes!(person_data::export))
        .routes(routes!(person_data::export_html))
        .routes(routes!(person_data::rectify))
        .routes(routes!(person_data::erase))
        .routes(routes!(consents::all, consents::record))
        .routes(routes!(consents::end))
        .routes(routes!(rights::all, rights::open))
        .routes(routes!(rights::extend))
        .routes(routes!(rights::close))
        .routes(routes!(segments::columns))
        .routes(routes!(segments::words))
        .routes(routes!(segments::count))
        .routes(routes!(
            segment_sets::show,
            segment_sets::put,
            segment_sets::remove
        ))
        .routes(routes!(segment_sets::count))
        .routes(routes!(segment_sets::columns))
        .routes(routes!(recycling::recycle_list))
        .routes(routes!(sales::page))
        .routes(routes!(sale_campaigns::all))
        .routes(routes!(sales::one))
        .routes(routes!(sales::make_move))
        .routes(routes!(sale_papers::sheet))
        .routes(routes!(sale_papers::reservation))
        .routes(routes!(sale_evidence::content))
        .routes(routes!(sale_pack_route::download))
        .routes(routes!(sale_audits::make))
        .routes(routes!(sale_audits::reply))
        .routes(routes!(sale_settings::versions, sale_settings::put))
        .routes(routes!(sale_settings::form))
        .routes(routes!(sale_fields::of_campaign))
        .routes(routes!(sale_settings::identity))
        .routes(routes!(script::of_campaign))
        .routes(routes!(sale_settings::portfolio))
        .routes(routes!(sabana::of_campaign))
        .routes(routes!(practices::all))
        .routes(routes!(practices::models, practices::put_model))
        .routes(routes!(practices::agenda))
        .routes(routes!(practices::adhered))
        .routes(routes!(practice_sessions::all, practice_sessions::record))
        .routes(routes!(practice_sessions::correct))
        .routes(routes!(action_plans::all, action_plans::open))
        .routes(routes!(action_plans::one))
        .routes(routes!(action_plans::step))
        .routes(routes!(ideas::all, ideas::put))
        .routes(routes!(ideas::step))
        .routes(routes!(model_report::sheet))
        .routes(routes!(schedules::all, schedules::create))
        .routes(routes!(schedules::remove))
        .routes(routes!(schedules::run))
        .routes(routes!(schedules::runs))
        .routes(routes!(schedules::redeliver))
        .routes(routes!(events::follow))
        .routes(routes!(web_hooks::all, web_hooks::create))
        .routes(routes!(web_hooks::remove))
        .routes(routes!(web_hooks::redeliver))
        .split_for_parts();
    let (files, file_document) = OpenApiRouter::new()
        .routes(routes!(sale_evidence::put))
        .routes(routes!(sale_exchange::export, sale_exchange::import))
        .routes(routes!(
            sale_settings::portfolio_table,
            sale_settings::put_portfolio_table
        ))
        .layer(DefaultBodyLimit::max(SALE_FILE_MAX))
        .split_for_parts();
    let (uploads, upload_document) = OpenApiRouter::new()
        .routes(routes!(lists::import))
        .routes(routes!(registers::snapshots, registers::load))
        .routes(routes!(
            segment_workbooks::download,
            segment_workbooks::upload
        ))
        .layer(DefaultBodyLimit::max(UPLOAD_MAX))
        .split_for_parts();
    let (recordings, recording_document) = OpenApiRouter::new()
        .routes(routes!(prompts::all, prompts::import))
        .layer(DefaultBodyLimit::max(intake::sound::RECORDING_BYTES_MAX))
        .split_for_parts();
    let (plans, plan_document) = OpenApiRouter::new()
        .routes(routes!(route_plans::all, route_plans::create))
        .routes(routes!(route_plans::change, route_plans::remove))
        .routes(routes!(goals::put_csv))
        .routes(routes!(rosters::put_csv))
        .layer(DefaultBodyLimit::max(PLAN_MAX))
        .split_for_parts();
    let document = document
        .merge_from(upload_document)
        .merge_from(recording_document)
        .merge_from(plan_document)
        .merge_from(file_document);
    let api = api
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .merge(uploads)
        .merge(recordings)
        .merge(plans)
        .merge(files);
    (api, document)
}
