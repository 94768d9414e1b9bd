//! `cadencia verify`: the invariants of the record.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use crate::Global;
use crate::output::{record, show};

/// Fails when an invariant does not hold.
pub(crate) async fn run(global: &Global) -> Result<ExitCode> {
    let problems = record(global).await?.verify().await?;
    let value = json!({
        "verify": if problems.is_empty() { "ok" } else { "broken" },
        "problems": problems
            .iter()
            .map(|p| json!({"invariant": p.invariant, "detail": p.detail}))
            .collect::<Vec<_>>(),
    });
    show(global, &value, |_| {
        for problem in &problems {
            println!("{}: {}", problem.invariant, problem.detail);
        }
        if problems.is_empty() {
            println!("ok: every invariant of the record holds");
        }
    })?;
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
