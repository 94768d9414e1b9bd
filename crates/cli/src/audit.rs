//! `cadencia audit`: who heard, took away or erased what.

use anyhow::Result;
use clap::Args;
use domain::Timestamp;
use store::AuditFilter;

use crate::Global;
use crate::output::{record, show, table};
use crate::times;

/// Who heard, took away or erased what.
#[derive(Args)]
pub(crate) struct Audit {
    /// From then on [default: the last midnight]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before then
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// By this user
    #[arg(long)]
    user: Option<String>,
    /// With this attempt
    #[arg(long)]
    attempt: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 1_000)]
    limit: u32,
}

impl Audit {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let time = |text: &Option<String>| text.as_deref().map(times::parse).transpose();
        let store = record(global).await?;
        let filter = AuditFilter {
            from: Some(time(&self.from)?.unwrap_or_else(times::today)),
            to: time(&self.to)?,
            user_name: self.user.clone(),
            subject: self.attempt.map(|attempt| format!("attempt {attempt}")),
            after: None,
            limit: self.limit,
        };
        let rows = store.audit(&filter).await?;
        let entries: Vec<_> = rows.iter().map(api::audit_shown).collect();
        show(global, &entries, |entries| {
            let rows: Vec<_> = entries
                .iter()
                .map(|entry| {
                    vec![
                        times::shown(Timestamp::from_millis(entry.at)),
                        entry.user.clone(),
                        entry.source.clone(),
                        entry.action.clone(),
                        entry.subject.clone(),
                        entry.detail.clone(),
                    ]
                })
                .collect();
            table(
                &["when", "who", "from", "what", "with", "detail"],
                &rows,
                "nobody did anything of note in that time",
            );
        })
    }
}
