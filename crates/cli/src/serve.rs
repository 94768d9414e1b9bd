//! `cadencia serve`: one node, until it is told to stop.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use server::Server;
use wire::UserForm;

use crate::Global;
use crate::output::{configuration, log, open};

/// Run the dialer: SIP, audio, HTTP and the live page.
#[derive(Args)]
pub(crate) struct Serve {}

impl Serve {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        log("info,sqlx=warn", global.json);
        let config = configuration(global)?;
        let store = open(&config.database).await?;
        first_user(global, store.as_ref()).await?;
        let mut server = Server::start(&config, store).await?;
        if global.json {
            println!("{}", json!({"http": server.http(), "sip": server.sip()}));
        } else {
            println!("live page   http://{}/", server.http());
            println!("advisors    http://{}/asesor", server.http());
            for place in server.heard() {
                println!("sip         {} ({})", place.address, place.kind.name());
            }
        }
        tokio::select! {
            asked = stop_signal() => asked?,
            why = server.stopped_by_itself() => return Err(why),
        }
        tracing::info!("stopping: no new calls; live ones end");
        server.stop().await
    }
}

/// No default password: the first start makes an administrator and shows it.
async fn first_user(global: &Global, store: &dyn store::Store) -> Result<()> {
    if !store.users().await?.is_empty() {
        return Ok(());
    }
    let form = UserForm {
        name: Some("admin".to_owned()),
        role: Some("admin".to_owned()),
        ..UserForm::default()
    };
    let mut user = api::new_user();
    let password = api::apply_user(store, &form, &mut user).await?;
    store.put_user(&user).await?;
    let password = password.unwrap_or_default();
    if global.json {
        println!("{}", json!({"first_user": "admin", "password": password}));
    } else {
        println!("first start: log in as `admin` with the password  {password}");
        println!("(shown once; change it with `cadencia user password admin`)");
    }
    Ok(())
}

/// Ctrl-C or SIGTERM.
pub(crate) async fn stop_signal() -> Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        asked = tokio::signal::ctrl_c() => asked?,
        _ = term.recv() => {}
    }
    Ok(())
}
