//! The one connection of an advisor's page: the desk at each change, and the line when the page is the
//! phone. Orders of the advisor are plain requests; here is what must come in order and at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use domain::{AgentId, AttemptId, CampaignId};
use engine::AgentLive;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval};
use wire::{DeskContact, PAGE_VERSION, PageHears, PageMessage, PageSays, Script};

use crate::App;
use crate::auth::{Caller, new_token};
use crate::control::{LineNews, LineOffer};
use crate::desk::{contact, find, shown};
use crate::desk_messages::waiting;
use crate::error::ApiError;
use crate::script::{self, Known};

/// Most bytes of a message: an offer, in JSON.
const MESSAGE_MAX: usize = 64 * 1024;
/// How often a silent page is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(10);
/// A page that says nothing for so long, not even that it is there, is gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Names the pages of this process.
static PAGES: AtomicU64 = AtomicU64::new(1);

/// The page's connection: a WebSocket of `PageMessage`, and of `PageSays` the other way.
#[utoipa::path(get, path = "/api/v1/agent/page", tag = "desk",
    responses((status = 101, body = PageMessage)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let agent = caller.agent()?;
    let upgrade = upgrade
        .max_message_size(MESSAGE_MAX)
        .read_buffer_size(4_096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (tell, news) = mpsc::unbounded_channel();
        let mut page = Page {
            number: PAGES.fetch_add(1, Ordering::Relaxed),
            app,
            agent,
            socket,
            seq: 0,
            tell,
            last: None,
            said: None,
            script: None,
        };
        // Whoever hangs up is gone, and so is nobody else.
        let _ = page.run(news).await;
        page.app.control.page_lost(page.agent, page.number);
    }))
}

/// The other side hung up.
struct HungUp;

struct Page {
    number: u64,
    app: App,
    agent: AgentId,
    socket: WebSocket,
    seq: u64,
    tell: mpsc::UnboundedSender<LineNews>,
    /// The newest message answered, and the answer.
    last: Option<(u64, PageHears)>,
    /// The newest message of a supervisor that was shown.
    said: Option<i64>,
    /// The script the page has, and the call it was looked for.
    script: Option<(AttemptId, Known)>,
}

impl Page {
    async fn run(&mut self, mut news: mpsc::UnboundedReceiver<LineNews>) -> Result<(), HungUp> {
        let mut live = self.app.control.live();
        live.mark_changed();
        let mut written = self.app.desk_news.hear();
        let mut told: Option<AgentLive> = None;
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        self.say(PageHears::Hello { v: PAGE_VERSION }).await?;
        self.tell_messages().await?;
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.hear(&text).await?,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        _ => return Err(HungUp),
                    }
                }
                // Who is behind looks into the record, where they all are.
                to = written.recv() => match to {
                    Ok(agent) if agent != self.agent => {}
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => self.tell_messages().await?,
                    Err(broadcast::error::RecvError::Closed) => return Err(HungUp),
                },
                Some(news) = news.recv() => {
                    let state = news.word().to_owned();
                    self.say(PageHears::LineState { state }).await?;
                }
                changed = live.changed() => {
                    changed.map_err(|_| HungUp)?;
                    let agent = find(&live.borrow_and_update(), self.agent);
                    if let Some(agent) = agent.filter(|agent| told.as_ref() != Some(agent)) {
                        told = self.tell_desk(agent).await?;
                    }
                }
                _ = ping.tick() => {
                    if heard.elapsed() > SILENCE_MAX {
                        return Err(HungUp);
                    }
                    let ping = Message::Ping(Vec::new().into());
                    self.socket.send(ping).await.map_err(|_| HungUp)?;
                }
            }
        }
    }

    /// Says what the desk is; gives what need not be said again.
    async fn tell_desk(&mut self, agent: AgentLive) -> Result<Option<AgentLive>, HungUp> {
        let contact = contact(&self.app, agent.attempt).await;
        let contact = contact.unwrap_or_else(|fault| {
            tracing::warn!(%fault, "a desk goes without its contact");
            None
        });
        // The journal is a little behind a call that somebody just made to us: ask again.
        let complete = agent.attempt.is_none() || contact.is_some();
        let script = match (agent.attempt, &contact) {
            (Some(attempt), Some(contact)) => self.new_script(attempt, contact).await,
            _ => None,
        };
        let desk = Box::new(shown(&agent, contact));
        self.say(PageHears::Desk { desk, script }).await?;
        Ok(complete.then_some(agent))
    }

    /// What is said in a call, unless the page has it already. Looked for once a call.
    async fn new_script(
        &mut self,
        attempt: AttemptId,
        contact: &DeskContact,
    ) -> Option<Box<Script>> {
        if self.script.is_some_and(|(of, _)| of == attempt) {
            return None;
        }
        let campaign = CampaignId::new(contact.campaign_id);
        let has = self.script.map(|(_, known)| known);
        match script::newer(self.app.store.as_ref(), campaign, has).await {
            Ok((known, script)) => {
                self.script = Some((attempt, known));
                script.map(Box::new)
            }
            Err(fault) => {
                tracing::warn!(%fault, "a desk goes without its script");
                None
            }
        }
    }

    /// Says what was written and waits to be seen, each message once a connection.
    async fn tell_messages(&mut self) -> Result<(), HungUp> {
        let waiting = waiting(self.app.store.as_ref(), self.agent).await;
        let waiting = waiting.unwrap_or_else(|fault| {
            tracing::warn!(%fault, "messages of supervisors cannot be read");
            Vec::new()
        });
        for message in waiting {
            if self.said.is_none_or(|said| message.id > said) {
                self.said = Some(message.id);
                self.say(PageHears::Message { message }).await?;
            }
        }
        Ok(())
    }

    async fn hear(&mut self, text: &str) -> Result<(), HungUp> {
        let says: PageSays = match serde_json::from_str(text) {
            Ok(says) => says,
            Err(fault) => {
                let message = format!("this message is not understood: {fault}");
                return self.say(PageHears::Problem { message }).await;
            }
        };
        let id = says.id();
        let answer = match &self.last {
            Some((last, answer)) if *last == id => answer.clone(),
            Some((last, _)) if *last > id => {
                let message = format!("message {id} comes after {last}");
                PageHears::Problem { message }
            }
            _ => self.carry_out(says).await,
        };
        self.last = Some((id, answer.clone()));
        self.say(answer).await
    }

    async fn carry_out(&mut self, says: PageSays) -> PageHears {
        let (control, agent, page) = (&self.app.control, self.agent, self.number);
        match says {
            PageSays::LineOffer {
                id: re,
                sdp,
                resume,
                take_over,
            } => {
                let offer = LineOffer {
                    page,
                    sdp,
                    resume,
                    take_over,
                    token: new_token(),
                    tell: self.tell.clone(),
                };
                match control.offer_line(agent, offer).await {
                    Ok((sdp, resume)) => PageHears::LineAnswer { re, sdp, resume },
                    Err(refused) => PageHears::LineRefused {
                        re,
                        code: refused.code.to_owned(),
                        message: refused.words,
                    },
                }
            }
            PageSays::LineResume { id: re, resume } => {
                let tell = self.tell.clone();
                match control.resume_line(agent, page, resume, tell).await {
                    Ok(up) => PageHears::LineResumed { re, up },
                    Err(refused) => PageHears::LineRefused {
                        re,
                        code: refused.code.to_owned(),
                        message: refused.words,
                    },
                }
            }
            PageSays::LineEnd { id: re } => {
                control.end_line(agent, page);
                PageHears::LineEnded { re }
            }
        }
    }

    async fn say(&mut self, what: PageHears) -> Result<(), HungUp> {
        self.seq += 1;
        let message = PageMessage {
            seq: self.seq,
            what,
        };
        let text = serde_json::to_string(&message).map_err(|_| HungUp)?;
        let sent = self.socket.send(Message::Text(text.into())).await;
        sent.map_err(|_| HungUp)
    }
}
