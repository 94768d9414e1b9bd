//! `cadencia routes`: route plans, and what they make of a number.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use domain::{PhoneNumber, RoutePlan, RoutePlanId, Trunk, ways};
use serde_json::json;
use wire::{RoutePlanForm, RouteRow};

use crate::Global;
use crate::output::{record, show, table};

/// Bytes of a file of rows.
const FILE_MAX: u64 = 4 * 1024 * 1024;
const NONE: &str = "no route plans yet; make one with `cadencia routes set NAME --row 'TRUNK'`";

#[derive(Subcommand)]
pub(crate) enum Routes {
    /// Make a route plan, or replace the rows of the one of this name
    Set(Rows),
    /// Show every route plan
    List,
    /// Show the order in which a plan tries its trunks for a number
    Explain {
        /// The plan
        name: String,
        /// The number, in E.164
        number: String,
    },
    /// Remove a route plan; campaigns that follow it go by their trunks again
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Rows {
    /// Unique name
    name: String,
    /// A row: 'TRUNK [prefix +573] [priority 1] [weight 70] [cost 12.5]'; repeat for more
    #[arg(long = "row", required_unless_present = "file")]
    rows: Vec<String>,
    /// A CSV file of rows with the headings trunk,prefix,priority,weight,cost
    #[arg(long, conflicts_with = "rows")]
    file: Option<PathBuf>,
}

impl Routes {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let (plans, trunks) = (store.route_plans().await?, store.trunks().await?);
        let find = |name: &str| plans.iter().find(|plan| plan.name == name).cloned();
        let known = |name: &str| {
            find(name).ok_or_else(|| {
                anyhow!("there is no route plan named `{name}`; see `cadencia routes list`")
            })
        };
        match self {
            Routes::Set(rows) => {
                let mut plan = find(&rows.name).unwrap_or(RoutePlan {
                    id: RoutePlanId::new(0),
                    name: String::new(),
                    routes: Vec::new(),
                });
                api::apply_route_plan(&rows.form()?, &trunks, &mut plan)?;
                plan.id = store.put_route_plan(&plan).await?;
                show(global, &api::route_plan_shown(&plan, &trunks), |plan| {
                    println!(
                        "route plan `{}` saved: {} rows",
                        plan.name,
                        plan.routes.len()
                    );
                })
            }
            Routes::List => {
                let shown = plans
                    .iter()
                    .map(|plan| api::route_plan_shown(plan, &trunks));
                let shown: Vec<_> = shown.collect();
                show(global, &shown, |plans| {
                    let of = |plan: &wire::RoutePlan| {
                        let name = plan.name.clone();
                        plan.routes
                            .iter()
                            .map(move |row| cells(&name, row))
                            .collect::<Vec<_>>()
                    };
                    let rows: Vec<_> = plans.iter().flat_map(of).collect();
                    table(
                        &["plan", "prefix", "priority", "cost", "weight", "trunk"],
                        &rows,
                        NONE,
                    );
                })
            }
            Routes::Explain { name, number } => explain(global, &known(name)?, number, &trunks),
            Routes::Remove { name } => {
                store.remove_route_plan(known(name)?.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("route plan `{name}` removed");
                })
            }
        }
    }
}

fn explain(global: &Global, plan: &RoutePlan, number: &str, trunks: &[Trunk]) -> Result<()> {
    let number = PhoneNumber::from_e164(number).with_context(|| format!("`{number}`"))?;
    let routes = ways(&plan.routes, number).into_iter().cloned().collect();
    let fitting = RoutePlan {
        routes,
        ..plan.clone()
    };
    let shown = api::route_plan_shown(&fitting, trunks);
    show(global, &shown.routes, |routes| {
        let rows: Vec<_> = routes.iter().map(|row| cells(&plan.name, row)).collect();
        table(
            &["plan", "prefix", "priority", "cost", "weight", "trunk"],
            &rows,
            "no row fits the number: calls to it are put off; add a row with the prefix *",
        );
    })
}

fn cells(plan: &str, row: &RouteRow) -> Vec<String> {
    let number = |value: Option<u16>| value.map_or_else(String::new, |value| value.to_string());
    vec![
        plan.to_owned(),
        row.prefix.clone().unwrap_or_default(),
        number(row.priority),
        row.cost
            .map_or_else(|| "-".to_owned(), |cost| cost.to_string()),
        number(row.weight),
        row.trunk.clone(),
    ]
}

impl Rows {
    fn form(&self) -> Result<RoutePlanForm> {
        let routes = match &self.file {
            Some(path) => from_csv(path)?,
            None => self
                .rows
                .iter()
                .map(|row| from_words(row))
                .collect::<Result<_>>()?,
        };
        Ok(RoutePlanForm {
            name: Some(self.name.clone()),
            routes: Some(routes),
        })
    }
}

fn from_words(text: &str) -> Result<RouteRow> {
    let mut words = text.split_whitespace();
    let mut row = RouteRow {
        trunk: words
            .next()
            .context("a row names a trunk first")?
            .to_owned(),
        ..RouteRow::default()
    };
    while let Some(what) = words.next() {
        let value = words
            .next()
            .with_context(|| format!("in `{text}`: {what} what?"))?;
        put(&mut row, what, value).with_context(|| format!("in `{text}`"))?;
    }
    Ok(row)
}

/// Plain cells: neither names of trunks nor numbers hold commas.
fn from_csv(path: &Path) -> Result<Vec<RouteRow>> {
    let size =
        std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if size.len() > FILE_MAX {
        bail!("{} is larger than any route plan", path.display());
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = text.lines().enumerate();
    let (_, headings) = lines.next().context("the file has no headings")?;
    let headings: Vec<&str> = headings.split(',').map(str::trim).collect();
    if !headings.contains(&"trunk") {
        bail!("line 1: the headings are trunk,prefix,priority,weight,cost");
    }
    let mut rows = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let at = || format!("{}, line {}", path.display(), number + 1);
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() != headings.len() {
            bail!(
                "{}: {} cells for {} headings",
                at(),
                cells.len(),
                headings.len()
            );
        }
        let mut row = RouteRow::default();
        for (heading, cell) in headings
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.is_empty())
        {
            put(&mut row, heading, cell).with_context(at)?;
        }
        rows.push(row);
    }
    Ok(rows)
}

fn put(row: &mut RouteRow, what: &str, value: &str) -> Result<()> {
    let number = || {
        value
            .parse()
            .with_context(|| format!("{what} `{value}` is no number"))
    };
    match what {
        "trunk" => row.trunk = value.to_owned(),
        "prefix" => row.prefix = Some(value.to_owned()),
        "priority" => row.priority = Some(number()?),
        "weight" => row.weight = Some(number()?),
        "cost" => {
            let cost = value.parse();
            row.cost = Some(cost.with_context(|| format!("cost `{value}` is no number"))?);
        }
        other => bail!("`{other}` is none of trunk, prefix, priority, weight, cost"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_in_words_and_what_is_odd_is_named() {
        let row = from_words("claro prefix +573 priority 1 weight 70 cost 12.5").expect("a row");
        assert_eq!(
            row,
            RouteRow {
                trunk: "claro".into(),
                prefix: Some("+573".into()),
                priority: Some(1),
                weight: Some(70),
                cost: Some(12.5),
            }
        );
        for (text, why) in [
            ("", "names a trunk"),
            ("claro weight", "weight what"),
            ("claro weight x", "no number"),
            ("claro price 3", "none of"),
        ] {
            let error = format!("{:#}", from_words(text).expect_err(text));
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn rows_come_from_a_file_and_an_odd_line_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("routes.csv");
        let write = |text: &str| std::fs::write(&path, text).expect("room on the disk");
        write("trunk,prefix,cost\nclaro,+573,12.5\n\ntigo,*,\n");
        let rows = from_csv(&path).expect("two rows");
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].trunk.as_str(), rows[1].cost), ("tigo", None));
        write("trunk,prefix,cost\nclaro,+573\n");
        let error = from_csv(&path).expect_err("a cell is missing").to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
