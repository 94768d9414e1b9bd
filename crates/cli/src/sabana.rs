//! `cadencia report sabana`: a row for each sale accepted in a period, every stage dated.

use anyhow::Result;
use domain::Timestamp;
use store::Store;
use wire::SabanaRow;

use crate::Global;
use crate::campaign::find;
use crate::output::table;
use crate::report::Format;
use crate::times::shown;

pub(crate) async fn run(
    global: &Global,
    store: &dyn Store,
    campaign: &str,
    span: (Timestamp, Timestamp),
    as_of: Timestamp,
    format: Format,
) -> Result<()> {
    let campaign = find(store, campaign).await?;
    let rows = api::sabana(store, campaign.id, span, as_of, None).await?;
    match (global.json, format) {
        (true, _) | (_, Format::Json) => println!("{}", serde_json::to_string(&rows)?),
        (_, Format::Csv) => {
            let pack = law::Pack::by_id(&campaign.law_pack)?;
            print!("{}", api::sabana_csv(&rows, pack.zone()));
        }
        (_, Format::Table) => {
            let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
            let headings = [
                "venta",
                "asesor",
                "código",
                "etapa",
                "aceptada",
                "validada",
                "entregada",
                "legalizada",
                "valor",
                "causa",
            ];
            table(&headings, &rows, "ninguna venta");
        }
    }
    Ok(())
}

fn row(row: &SabanaRow) -> Vec<String> {
    let day = |stage: &str| {
        let at = row.stages.get(stage).copied();
        at.map_or_else(String::new, |at| {
            shown(Timestamp::from_millis(at)).chars().take(10).collect()
        })
    };
    vec![
        row.sale.to_string(),
        row.agent.clone().unwrap_or_default(),
        row.code.clone(),
        row.stage.clone(),
        day("aceptada"),
        day("validada"),
        day("entregada"),
        day("legalizada"),
        row.value.to_string(),
        row.lost_by.clone().unwrap_or_default(),
    ]
}
