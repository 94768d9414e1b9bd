//! `cadencia sale setting` and `cadencia portfolio`: what decides about the sales of a campaign.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use domain::Timestamp;
use store::Store;
use wire::{PortfolioItem, SaleSetting};

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};
use crate::times::shown;
use crate::typifications::text_of;

#[derive(Subcommand)]
pub(crate) enum SettingCommand {
    /// Prints what is in force, TOML; the house's where the campaign has none
    Show {
        /// Name of the campaign
        campaign: String,
        /// form, identity, queues, scorecard, script or mapping
        kind: String,
        /// Name of the mapping
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Puts a TOML file into force; everything wrong with it is told
    Put {
        /// Name of the campaign
        campaign: String,
        /// form, identity, queues, scorecard, script or mapping
        kind: String,
        /// The file
        file: PathBuf,
        /// Name of the mapping
        #[arg(long, default_value = "")]
        name: String,
        /// Why, for whoever looks at the versions
        #[arg(long, default_value = "")]
        note: String,
        /// Only say what is wrong with it
        #[arg(long)]
        check: bool,
    },
    /// The versions there were, by whom and why
    Versions {
        /// Name of the campaign
        campaign: String,
        /// form, identity, queues, scorecard, script or mapping
        kind: String,
        /// Name of the mapping
        #[arg(long, default_value = "")]
        name: String,
    },
}

impl SettingCommand {
    pub(crate) async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        match self {
            SettingCommand::Show {
                campaign,
                kind,
                name,
            } => {
                let id = find(store, campaign).await?.id;
                let setting = api::sale_setting(store, id, kind, name).await?;
                show(global, &setting, |setting| print!("{}", setting.text))
            }
            SettingCommand::Put {
                campaign,
                kind,
                file,
                name,
                note,
                check,
            } => {
                let id = find(store, campaign).await?.id;
                let text = text_of(file)?;
                let (what, said) = (
                    (kind.as_str(), name.as_str()),
                    (text.as_str(), note.as_str()),
                );
                let put = api::put_sale_setting(store, id, what, said, *check).await;
                let put = put.with_context(|| format!("{} cannot be used", file.display()))?;
                show(global, &put, |put| match check {
                    true => println!("nothing is wrong with it"),
                    false => println!("version {} is in force", put.version),
                })
            }
            SettingCommand::Versions {
                campaign,
                kind,
                name,
            } => {
                let id = find(store, campaign).await?.id;
                let versions = api::sale_setting_versions(store, id, kind, name).await?;
                show(global, &versions, |versions| {
                    let rows: Vec<Vec<String>> = versions.iter().map(version).collect();
                    table(&["version", "since", "by", "why"], &rows, "no version");
                })
            }
        }
    }
}

fn version(setting: &SaleSetting) -> Vec<String> {
    let since = setting.at.map(|at| shown(Timestamp::from_millis(at)));
    vec![
        setting.version.to_string(),
        since.unwrap_or_else(|| "the house's".to_owned()),
        setting.by.clone(),
        setting.note.clone(),
    ]
}

#[derive(Subcommand)]
pub(crate) enum Portfolio {
    /// What a campaign may sell, with what is left
    Show {
        /// Name of the campaign
        campaign: String,
    },
    /// Writes it as CSV for a spreadsheet
    Export {
        /// Name of the campaign
        campaign: String,
        /// The file; standard output when absent
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Puts a table (CSV or XLSX) in its place; stock counts as counted now
    Import {
        /// Name of the campaign
        campaign: String,
        /// code;kind;name;price;stock;valid_from;valid_to;with
        file: PathBuf,
        /// Only say what is wrong with it
        #[arg(long)]
        check: bool,
    },
}

impl Portfolio {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        match self {
            Portfolio::Show { campaign } => {
                let id = find(store, campaign).await?.id;
                let items = api::portfolio_shown(store, id).await?;
                show(global, &items, |items| print_items(items))
            }
            Portfolio::Export { campaign, out } => {
                let id = find(store, campaign).await?.id;
                let text = api::portfolio_csv(&api::portfolio_shown(store, id).await?);
                match out {
                    Some(path) => std::fs::write(path, text)
                        .with_context(|| format!("cannot write {}", path.display())),
                    None => {
                        print!("{text}");
                        Ok(())
                    }
                }
            }
            Portfolio::Import {
                campaign,
                file,
                check,
            } => {
                let id = find(store, campaign).await?.id;
                let table = std::fs::read(file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let name = file.display().to_string();
                let put = api::put_portfolio(store, id, &name, table, *check).await;
                let put = put.with_context(|| format!("{name} cannot be used"))?;
                show(global, &put, |items| print_items(items))
            }
        }
    }
}

fn print_items(items: &[PortfolioItem]) {
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |n| n.to_string());
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            vec![
                item.code.clone(),
                item.kind.clone(),
                item.name.clone(),
                item.price.to_string(),
                number(item.stock),
                number(item.left),
                item.valid_from.clone().unwrap_or_default(),
                item.valid_to.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let headings = [
        "code", "kind", "name", "price", "stock", "left", "from", "to",
    ];
    table(
        &headings,
        &rows,
        "nothing to sell; load it with `cadencia portfolio import`",
    );
}
