//! Who may ask for what: every operation of the API with whom it is for, in one table. Whatever has no rule here is refused, and a test
//! compares the table with the document, so that no operation comes without one. Looked at before anything of a request is read; whose an
//! object is, handlers say.

use axum::http::Method;
use store::{Role, User};

use crate::error::ApiError;

/// Whom an operation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever comes: it is, or asks for, a word that lets in.
    Stranger,
    /// Whoever is logged in.
    Anybody,
    /// Who takes calls, about themselves alone.
    Agent,
    /// Administrators, and who takes calls about their own phone.
    OwnPhone,
    /// Advisors and those above them.
    Floor,
    /// The same, and the back office.
    Portfolio,
    /// Whoever has to do with sales; advisors see their own.
    SaleReader,
    /// The same but the client, who only reads.
    SaleDoer,
    /// The advisor whose sale it is.
    SaleAdvisor,
    /// The back office and those above.
    SaleDesk,
    /// Who leads, and the client whose campaigns they are.
    ReportReader,
    /// Who leads, and back office and client for sales alone.
    EventReader,
    /// Supervisors and administrators.
    Supervisor,
    /// The same, with a line of their own: on it they hear calls.
    Supervising,
    /// Administrators.
    Admin,
}

impl Access {
    /// The word that the document has for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Anybody => "anybody",
            Self::Agent => "agent",
            Self::OwnPhone => "own_phone",
            Self::Floor => "floor",
            Self::Portfolio => "portfolio",
            Self::SaleReader => "sale_reader",
            Self::SaleDoer => "sale_doer",
            Self::SaleAdvisor => "sale_advisor",
            Self::SaleDesk => "sale_desk",
            Self::ReportReader => "report_reader",
            Self::EventReader => "event_reader",
            Self::Supervisor => "supervisor",
            Self::Supervising => "supervising",
            Self::Admin => "admin",
        }
    }

    /// Whether it is for somebody of this role, who takes calls or not.
    pub(crate) const fn is_for(self, role: Role, takes_calls: bool) -> bool {
        let leads = matches!(role, Role::Admin | Role::Supervisor);
        let floor = leads || matches!(role, Role::Advisor);
        let sells = leads || matches!(role, Role::BackOffice) || (floor && takes_calls);
        match self {
            Self::Stranger | Self::Anybody => true,
            Self::Agent => floor && takes_calls,
            Self::OwnPhone => matches!(role, Role::Admin) || (floor && takes_calls),
            Self::Floor => floor,
            Self::Portfolio => floor || matches!(role, Role::BackOffice),
            Self::SaleReader => sells || matches!(role, Role::Client),
            Self::SaleDoer => sells,
            Self::SaleAdvisor => matches!(role, Role::Advisor) && takes_calls,
            Self::SaleDesk => leads || matches!(role, Role::BackOffice),
            Self::ReportReader => leads || matches!(role, Role::Client),
            Self::EventReader => leads || matches!(role, Role::BackOffice | Role::Client),
            Self::Supervisor => leads,
            Self::Supervising => leads && takes_calls,
            Self::Admin => matches!(role, Role::Admin),
        }
    }
}

/// Where all of it lies.
const ROOT: &str = "/api/v1";

/// For whom, by which method, where.
#[rustfmt::skip]
const RULES: &[(Access, &str, &str)] = &[
    (Access::Stranger, "get", "/phone-config/{token}"),
    (Access::Stranger, "post", "/session"),
    (Access::Anybody, "delete", "/session"),
    (Access::Anybody, "get", "/session"),
    (Access::Agent, "get", "/agent"),
    (Access::Agent, "post", "/agent/break"),
    (Access::Agent, "get", "/agent/day"),
    (Access::Agent, "post", "/agent/digits"),
    (Access::Agent, "get", "/agent/events"),
    (Access::Agent, "post", "/agent/extend"),
    (Access::Agent, "post", "/agent/hangup"),
    (Access::Agent, "post", "/agent/hold"),
    (Access::Agent, "post", "/agent/login"),
    (Access::Agent, "post", "/agent/logout"),
    (Access::Agent, "post", "/agent/messages/{id}/seen"),
    (Access::Agent, "post", "/agent/note"),
    (Access::Agent, "get", "/agent/page"),
    (Access::Agent, "post", "/agent/preview/accept"),
    (Access::Agent, "post", "/agent/preview/skip"),
    (Access::Agent, "post", "/agent/quality"),
    (Access::Agent, "post", "/agent/ready"),
    (Access::Agent, "post", "/agent/recording/consent"),
    (Access::Agent, "post", "/agent/recording/mark"),
    (Access::Agent, "post", "/agent/recording/pause"),
    (Access::Agent, "post", "/agent/recording/resume"),
    (Access::Agent, "post", "/agent/redial"),
    (Access::Agent, "post", "/agent/resume"),
    (Access::Agent, "get", "/agent/targets"),
    (Access::Agent, "post", "/agent/transfer"),
    (Access::Agent, "post", "/agent/transfer/cancel"),
    (Access::Agent, "post", "/agent/transfer/complete"),
    (Access::Agent, "post", "/agent/transfer/three-way"),
    (Access::Agent, "post", "/agent/typify"),
    (Access::OwnPhone, "get", "/agents/{name}/provisioning"),
    (Access::OwnPhone, "post", "/agents/{name}/provisioning"),
    (Access::Floor, "get", "/callbacks"),
    (Access::Floor, "get", "/campaigns/{id}/dispositions"),
    (Access::Floor, "get", "/campaigns/{id}/script"),
    (Access::Portfolio, "get", "/campaigns/{id}/portfolio"),
    (Access::SaleReader, "get", "/campaigns/{id}/sabana"),
    (Access::SaleReader, "get", "/sales"),
    (Access::SaleReader, "get", "/sales/campaigns"),
    (Access::SaleReader, "get", "/sales/{id}"),
    (Access::SaleDoer, "get", "/campaigns/{id}/identity-policy"),
    (Access::SaleDoer, "get", "/campaigns/{id}/portfolio.csv"),
    (Access::SaleDoer, "get", "/campaigns/{id}/sale-fields"),
    (Access::SaleDoer, "get", "/campaigns/{id}/sale-form"),
    (Access::SaleDoer, "get", "/campaigns/{id}/sale-settings/{kind}"),
    (Access::SaleDoer, "post", "/sales/{id}/evidence"),
    (Access::SaleDoer, "get", "/sales/{id}/evidence/{evidence}"),
    (Access::SaleDoer, "post", "/sales/{id}/move"),
    (Access::SaleDoer, "put", "/sales/{id}/sheet"),
    (Access::SaleAdvisor, "post", "/sales/{id}/audits/reply"),
    (Access::SaleDesk, "get", "/campaigns/{id}/sale-files/{mapping}"),
    (Access::SaleDesk, "post", "/campaigns/{id}/sale-files/{mapping}"),
    (Access::SaleDesk, "get", "/sales/{id}/pack"),
    (Access::SaleDesk, "put", "/sales/{id}/reservation"),
    (Access::ReportReader, "get", "/campaigns/{id}/gerencial"),
    (Access::ReportReader, "get", "/campaigns/{id}/gestion"),
    (Access::ReportReader, "get", "/campaigns/{id}/kpis"),
    (Access::ReportReader, "get", "/kpis"),
    (Access::EventReader, "get", "/events"),
    (Access::Supervisor, "get", "/action-plans"),
    (Access::Supervisor, "post", "/action-plans"),
    (Access::Supervisor, "get", "/action-plans/{id}"),
    (Access::Supervisor, "post", "/action-plans/{id}/steps"),
    (Access::Supervisor, "get", "/agents"),
    (Access::Supervisor, "post", "/agents/{id}/message"),
    (Access::Supervisor, "post", "/agents/{id}/state"),
    (Access::Supervisor, "get", "/attempts"),
    (Access::Supervisor, "post", "/attempts/{id}/correction"),
    (Access::Supervisor, "get", "/attempts/{id}/ladder"),
    (Access::Supervisor, "get", "/attempts/{id}/quality"),
    (Access::Supervisor, "get", "/attempts/{id}/steps"),
    (Access::Supervisor, "get", "/attempts/{id}/typifications"),
    (Access::Supervisor, "post", "/callbacks/{campaign}/{contact}/assign"),
    (Access::Supervisor, "post", "/callbacks/{campaign}/{contact}/cancel"),
    (Access::Supervisor, "post", "/callbacks/{campaign}/{contact}/move"),
    (Access::Supervisor, "get", "/caller-ids"),
    (Access::Supervisor, "get", "/campaigns"),
    (Access::Supervisor, "get", "/campaigns/{id}/abandons"),
    (Access::Supervisor, "get", "/campaigns/{id}/client-key"),
    (Access::Supervisor, "get", "/campaigns/{id}/columns"),
    (Access::Supervisor, "get", "/campaigns/{id}/contradiction-rules"),
    (Access::Supervisor, "get", "/campaigns/{id}/contradiction-rules.csv"),
    (Access::Supervisor, "get", "/campaigns/{id}/contradiction-rules/versions"),
    (Access::Supervisor, "get", "/campaigns/{id}/contradictions"),
    (Access::Supervisor, "get", "/campaigns/{id}/corrections"),
    (Access::Supervisor, "get", "/campaigns/{id}/explanation"),
    (Access::Supervisor, "get", "/campaigns/{id}/funnel"),
    (Access::Supervisor, "get", "/campaigns/{id}/goals"),
    (Access::Supervisor, "put", "/campaigns/{id}/goals.csv"),
    (Access::Supervisor, "get", "/campaigns/{id}/hourly"),
    (Access::Supervisor, "get", "/campaigns/{id}/kpi-targets"),
    (Access::Supervisor, "post", "/campaigns/{id}/pause"),
    (Access::Supervisor, "put", "/campaigns/{id}/portfolio.csv"),
    (Access::Supervisor, "post", "/campaigns/{id}/rehearsal"),
    (Access::Supervisor, "get", "/campaigns/{id}/return-files"),
    (Access::Supervisor, "get", "/campaigns/{id}/return-files/due"),
    (Access::Supervisor, "put", "/campaigns/{id}/sale-settings/{kind}"),
    (Access::Supervisor, "get", "/campaigns/{id}/segments"),
    (Access::Supervisor, "post", "/campaigns/{id}/segments/preview"),
    (Access::Supervisor, "post", "/campaigns/{id}/start"),
    (Access::Supervisor, "post", "/campaigns/{id}/stop"),
    (Access::Supervisor, "get", "/campaigns/{id}/typifications"),
    (Access::Supervisor, "get", "/campaigns/{id}/typifications.csv"),
    (Access::Supervisor, "get", "/campaigns/{id}/typifications/versions"),
    (Access::Supervisor, "get", "/campaigns/{id}/usual-shift"),
    (Access::Supervisor, "put", "/campaigns/{id}/usual-shift"),
    (Access::Supervisor, "post", "/consents/{id}/end"),
    (Access::Supervisor, "get", "/destinations"),
    (Access::Supervisor, "get", "/floor"),
    (Access::Supervisor, "get", "/ideas"),
    (Access::Floor, "post", "/ideas"),
    (Access::Supervisor, "post", "/ideas/{id}/steps"),
    (Access::Supervisor, "get", "/inbound-calls"),
    (Access::Supervisor, "get", "/law-packs"),
    (Access::Supervisor, "get", "/lists"),
    (Access::Supervisor, "get", "/lists/{id}/actas"),
    (Access::Supervisor, "get", "/lists/{id}/columns"),
    (Access::Supervisor, "get", "/lists/{id}/loads"),
    (Access::Supervisor, "get", "/lists/{id}/loads/{load}/acta"),
    (Access::Supervisor, "post", "/lists/{id}/segment-count"),
    (Access::Supervisor, "get", "/lists/{id}/segment-words"),
    (Access::Supervisor, "get", "/live"),
    (Access::Supervisor, "get", "/messages"),
    (Access::Supervisor, "get", "/people"),
    (Access::Supervisor, "get", "/people/{person}/consents"),
    (Access::Supervisor, "get", "/practices"),
    (Access::Supervisor, "get", "/practices/adherence"),
    (Access::Supervisor, "get", "/practices/agenda"),
    (Access::Supervisor, "get", "/practices/model"),
    (Access::Supervisor, "get", "/practices/report"),
    (Access::Supervisor, "get", "/practices/sessions"),
    (Access::Supervisor, "post", "/practices/sessions"),
    (Access::Supervisor, "patch", "/practices/sessions/{id}"),
    (Access::Supervisor, "get", "/prompts"),
    (Access::Supervisor, "get", "/prompts/{id}/audio"),
    (Access::Supervisor, "get", "/reception"),
    (Access::Supervisor, "get", "/recordings"),
    (Access::Supervisor, "get", "/recordings/backlog"),
    (Access::Supervisor, "get", "/recordings/certificates"),
    (Access::Supervisor, "get", "/recordings/due"),
    (Access::Supervisor, "get", "/recordings/holds"),
    (Access::Supervisor, "get", "/recordings/{attempt}"),
    (Access::Supervisor, "get", "/recordings/{attempt}/audio"),
    (Access::Supervisor, "get", "/registers"),
    (Access::Supervisor, "get", "/registers/{register}/snapshots"),
    (Access::Supervisor, "get", "/rights"),
    (Access::Supervisor, "post", "/rights"),
    (Access::Supervisor, "get", "/roster"),
    (Access::Supervisor, "put", "/roster.csv"),
    (Access::Supervisor, "get", "/route-plans"),
    (Access::Supervisor, "post", "/sales/{id}/audits"),
    (Access::Supervisor, "get", "/schedule-runs"),
    (Access::Supervisor, "get", "/schedules"),
    (Access::Supervisor, "get", "/sip/bans"),
    (Access::Supervising, "delete", "/supervision"),
    (Access::Supervising, "post", "/supervision"),
    (Access::Supervising, "post", "/supervision/take-over"),
    (Access::Supervisor, "get", "/trunks"),
    (Access::Supervisor, "get", "/trunks/stats"),
    (Access::Supervisor, "get", "/webhooks"),
    (Access::Admin, "post", "/agents"),
    (Access::Admin, "delete", "/agents/{id}"),
    (Access::Admin, "patch", "/agents/{id}"),
    (Access::Admin, "get", "/audit"),
    (Access::Admin, "get", "/audit/check"),
    (Access::Admin, "post", "/campaigns"),
    (Access::Admin, "delete", "/campaigns/{id}"),
    (Access::Admin, "patch", "/campaigns/{id}"),
    (Access::Admin, "delete", "/campaigns/{id}/client-key"),
    (Access::Admin, "put", "/campaigns/{id}/client-key"),
    (Access::Admin, "put", "/campaigns/{id}/contradiction-rules.csv"),
    (Access::Admin, "delete", "/campaigns/{id}/kpi-targets/{indicator}"),
    (Access::Admin, "put", "/campaigns/{id}/kpi-targets/{indicator}"),
    (Access::Admin, "post", "/campaigns/{id}/lists/{list}/recycle"),
    (Access::Admin, "post", "/campaigns/{id}/return-file"),
    (Access::Admin, "get", "/campaigns/{id}/segment-sheet"),
    (Access::Admin, "post", "/campaigns/{id}/segment-sheet"),
    (Access::Admin, "delete", "/campaigns/{id}/segments"),
    (Access::Admin, "put", "/campaigns/{id}/segments"),
    (Access::Admin, "put", "/campaigns/{id}/typifications"),
    (Access::Admin, "put", "/campaigns/{id}/typifications.csv"),
    (Access::Admin, "post", "/destinations"),
    (Access::Admin, "delete", "/destinations/{id}"),
    (Access::Admin, "patch", "/destinations/{id}"),
    (Access::Admin, "get", "/evidence"),
    (Access::Admin, "post", "/lists/import"),
    (Access::Admin, "post", "/lists/{id}/loads/{load}/revert"),
    (Access::Admin, "post", "/people/{person}/consents"),
    (Access::Admin, "post", "/people/{person}/erase"),
    (Access::Admin, "get", "/people/{person}/export"),
    (Access::Admin, "get", "/people/{person}/export.html"),
    (Access::Admin, "post", "/people/{person}/rectify"),
    (Access::Admin, "put", "/practices/model"),
    (Access::Admin, "post", "/prompts"),
    (Access::Admin, "delete", "/prompts/{id}"),
    (Access::Admin, "post", "/recordings/holds"),
    (Access::Admin, "delete", "/recordings/holds/{id}"),
    (Access::Admin, "post", "/recordings/{attempt}/erase"),
    (Access::Admin, "post", "/registers/{register}/override"),
    (Access::Admin, "post", "/registers/{register}/snapshots"),
    (Access::Admin, "post", "/rights/{id}/close"),
    (Access::Admin, "post", "/rights/{id}/extend"),
    (Access::Admin, "post", "/route-plans"),
    (Access::Admin, "delete", "/route-plans/{id}"),
    (Access::Admin, "patch", "/route-plans/{id}"),
    (Access::Admin, "post", "/schedule-runs/{id}/redeliver"),
    (Access::Admin, "post", "/schedules"),
    (Access::Admin, "delete", "/schedules/{id}"),
    (Access::Admin, "post", "/schedules/{id}/run"),
    (Access::Admin, "delete", "/sip/bans/{source}"),
    (Access::Admin, "get", "/sip/trace"),
    (Access::Admin, "put", "/sounds"),
    (Access::Admin, "post", "/trunks"),
    (Access::Admin, "delete", "/trunks/{id}"),
    (Access::Admin, "patch", "/trunks/{id}"),
    (Access::Admin, "post", "/trunks/{id}/test"),
    (Access::Admin, "get", "/users"),
    (Access::Admin, "post", "/users"),
    (Access::Admin, "delete", "/users/{id}"),
    (Access::Admin, "patch", "/users/{id}"),
    (Access::Admin, "post", "/webhooks"),
    (Access::Admin, "delete", "/webhooks/{id}"),
    (Access::Admin, "post", "/webhooks/{id}/redeliver"),
];

/// Whom an operation is for, by its method and the path its route was made with.
pub(crate) fn access(method: &str, route: &str) -> Option<Access> {
    let path = route.strip_prefix(ROOT)?;
    // HEAD is answered by what answers GET.
    let asked = match method {
        "HEAD" => "GET",
        other => other,
    };
    let rule = RULES
        .iter()
        .find(|(_, method, ruled)| method.eq_ignore_ascii_case(asked) && *ruled == path);
    rule.map(|(access, _, _)| *access)
}

/// Passes whom an operation is for.
pub(crate) fn check(user: &User, method: &Method, route: &str) -> Result<(), ApiError> {
    match access(method.as_str(), route) {
        Some(access) if access.is_for(user.role, user.agent.is_some()) => Ok(()),
        Some(_) => Err(ApiError::NotAllowed),
        None => {
            tracing::error!(%method, route, "an operation has no rule of whom it is for");
            Err(ApiError::NotAllowed)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_of_the_document_has_one_rule_and_no_rule_is_idle() {
        let mut document = crate::document::named(crate::operations().1);
        let mut told = BTreeSet::new();
        for (path, item) in &mut document.paths.paths {
            for (method, _) in crate::document::operations(item) {
                told.insert((method.to_owned(), path.clone()));
            }
        }
        let ruled = RULES
            .iter()
            .map(|(_, method, path)| ((*method).to_owned(), format!("{ROOT}{path}")));
        let ruled: Vec<_> = ruled.collect();
        let distinct: BTreeSet<_> = ruled.iter().cloned().collect();
        assert_eq!(distinct.len(), ruled.len(), "an operation has two rules");
        let without: Vec<_> = told.difference(&distinct).collect();
        assert!(
            without.is_empty(),
            "say in RULES whom these are for: {without:?}"
        );
        let idle: Vec<_> = distinct.difference(&told).collect();
        assert!(idle.is_empty(), "there are no such operations: {idle:?}");
    }

    #[test]
    fn what_has_no_rule_is_for_nobody() {
        let admin = Access::is_for;
        assert!(admin(Access::Admin, Role::Admin, false));
        assert_eq!(access("get", "/api/v1/new-thing"), None);
        assert_eq!(access("DELETE", "/api/v1/floor"), None);
        assert_eq!(access("HEAD", "/api/v1/floor"), Some(Access::Supervisor));
    }

    #[test]
    fn the_back_office_has_sales_and_the_client_reads_them() {
        let may = |role, method: &str, path: &str| {
            access(method, path).is_some_and(|access| access.is_for(role, false))
        };
        let (get, post) = ("get", "post");
        let desk = Role::BackOffice;
        assert!(may(desk, post, "/api/v1/sales/{id}/move"));
        assert!(may(desk, get, "/api/v1/campaigns/{id}/sale-form"));
        assert!(may(desk, get, "/api/v1/campaigns/{id}/portfolio"));
        for path in [
            "/api/v1/lists",
            "/api/v1/campaigns",
            "/api/v1/people",
            "/api/v1/attempts",
        ] {
            assert!(!may(desk, get, path), "{path}");
            assert!(!may(Role::Client, get, path), "{path}");
        }
        let client = Role::Client;
        assert!(may(client, get, "/api/v1/sales/{id}"));
        assert!(may(client, get, "/api/v1/campaigns/{id}/sabana"));
        assert!(!may(client, post, "/api/v1/sales/{id}/move"));
        assert!(!may(client, get, "/api/v1/campaigns/{id}/portfolio"));
        for report in ["kpis", "gestion", "gerencial"] {
            let path = format!("/api/v1/campaigns/{{id}}/{report}");
            assert!(may(client, get, &path), "{path}");
            assert!(!may(client, post, &path), "{path}");
            assert!(!may(desk, get, &path), "{path}");
        }
        assert!(!may(client, get, "/api/v1/campaigns/{id}/kpi-targets"));
        assert!(may(client, get, "/api/v1/events"), "of sales alone");
        assert!(!may(Role::Advisor, get, "/api/v1/events"));
        assert!(!may(desk, get, "/api/v1/webhooks"));
        assert!(may(client, "delete", "/api/v1/session"));
    }
}
