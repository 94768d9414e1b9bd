//! `cadencia kpi`: the catalogue of indicators, and what a campaign compares with which target.

use anyhow::Result;
use clap::Subcommand;
use wire::KpiTarget;

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum Kpi {
    /// Every indicator and variant: formula, cut-off, source, version
    Catalogue {
        /// As the page of the documentation
        #[arg(long)]
        markdown: bool,
    },
    /// Which variant of each indicator a campaign compares, and with which target
    Targets {
        /// Name of the campaign
        campaign: String,
    },
    /// Choose the variant that is compared for an indicator, and the campaign's own target
    Target {
        /// Name of the campaign
        campaign: String,
        /// The indicator, such as contactabilidad
        indicator: String,
        /// The variant compared, such as contactabilidad.records [default: the recommended one]
        #[arg(long)]
        variant: Option<String>,
        /// Such as 70%, 0.8 or 650000 [default: the recommended one]
        #[arg(long)]
        target: Option<String>,
        /// Go back to what is recommended
        #[arg(long, conflicts_with_all = ["variant", "target"])]
        reset: bool,
    },
}

impl Kpi {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            Kpi::Catalogue { markdown: true } => {
                print!("{}", kpi::document());
                Ok(())
            }
            Kpi::Catalogue { markdown: false } => catalogue(global),
            Kpi::Targets { campaign } => {
                let store = record(global).await?;
                let campaign = find(store.as_ref(), campaign).await?;
                let targets = api::kpi_targets(store.as_ref(), campaign.id).await?;
                show(global, &targets, |targets| told(targets))
            }
            Kpi::Target {
                campaign,
                indicator,
                variant,
                target,
                reset,
            } => {
                let store = record(global).await?;
                let campaign = find(store.as_ref(), campaign).await?;
                if *reset {
                    api::reset_kpi_target(store.as_ref(), campaign.id, indicator).await?;
                } else {
                    let usual = kpi::RECOMMENDED
                        .iter()
                        .find(|row| row.indicator == indicator);
                    let usual = usual.map_or(indicator.as_str(), |row| row.variant);
                    let choice = kpi::Choice {
                        indicator: indicator.clone(),
                        variant: variant.as_deref().unwrap_or(usual).to_owned(),
                        target: target.as_deref().map(kpi::read_target).transpose()?,
                    };
                    api::put_kpi_target(store.as_ref(), campaign.id, &choice).await?;
                }
                let mut targets = api::kpi_targets(store.as_ref(), campaign.id).await?;
                targets.retain(|target| target.indicator == *indicator);
                show(global, &targets, |targets| told(targets))
            }
        }
    }
}

fn catalogue(global: &Global) -> Result<()> {
    show(global, &api::kpi_catalogue(), |all| {
        let rows: Vec<_> = all
            .iter()
            .map(|one| {
                vec![
                    one.id.clone(),
                    one.name.clone(),
                    one.formula.clone(),
                    one.cutoff_words.clone(),
                    one.source.clone(),
                    one.version.to_string(),
                ]
            })
            .collect();
        println!("definiciones {}", kpi::VERSION);
        let headings = ["id", "indicador", "fórmula", "corte", "fuente", "versión"];
        table(&headings, &rows, "");
    })
}

fn told(targets: &[KpiTarget]) {
    let row = |one: &KpiTarget| {
        let sign = match one.side.as_str() {
            "at_most" => "≤",
            _ => "≥",
        };
        vec![
            one.indicator.clone(),
            one.variant.clone(),
            one.target.map_or_else(
                || "sin meta".to_owned(),
                |_| format!("{sign} {}", one.shown),
            ),
            match one.own {
                true => "de la campaña",
                false => "recomendada",
            }
            .to_owned(),
        ]
    };
    let rows: Vec<_> = targets.iter().map(row).collect();
    table(&["indicador", "se compara", "meta", "elección"], &rows, "");
}
