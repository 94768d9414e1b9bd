//! `cadencia list recycle`: a new pass over a list, for those on whom every attempt was spent.

use anyhow::Result;
use clap::Args;
use wire::Recycled;

use crate::Global;
use crate::campaign;
use crate::list::find;
use crate::output::{record, show};

#[derive(Args)]
pub(crate) struct Recycle {
    /// Name of the list
    list: String,
    /// Campaign that dials it
    #[arg(long)]
    campaign: String,
    /// For whom, such as 'contestadas = 0' (never reached); all when absent
    #[arg(long, default_value = "")]
    rule: String,
    /// The count that was told: nothing is done without it
    #[arg(long, value_name = "COUNT")]
    confirm: Option<u64>,
}

impl Recycle {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        let campaign = campaign::find(store, &self.campaign).await?;
        let list = find(store, &self.list).await?.id;
        let today = api::today_of(&campaign);
        let mut plan = api::Recycling::plan(store, &campaign, list, &self.rule, today).await?;
        if let Some(confirm) = self.confirm {
            plan.confirm(confirm)?;
            plan.carry_out(store).await?;
            api::settle(store, &campaign, today, |_| {}).await?;
        }
        show(global, &plan.counts, |counts| self.print(counts))
    }

    fn print(&self, counts: &Recycled) {
        println!("base `{}` en la campaña `{}`", self.list, self.campaign);
        println!("  registros                   {:>9}", counts.contacts);
        println!("  en gestión, siguen igual    {:>9}", counts.in_work);
        println!("  cerrados o excluidos, nunca {:>9}", counts.never);
        println!("  con los intentos agotados   {:>9}", counts.exhausted);
        println!("  de esos, los de la regla    {:>9}", counts.taken);
        match counts.begun {
            Some(begun) => {
                println!("  con una nueva pasada        {begun:>9}");
                if begun < counts.taken {
                    println!("  los demás no tienen un teléfono que se pueda marcar");
                }
            }
            None if counts.taken > 0 => println!(
                "nada ha cambiado; para una nueva pasada repita con --confirm {}",
                counts.taken
            ),
            None => println!("no hay a quién llamar de nuevo"),
        }
    }
}
