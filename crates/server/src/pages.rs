//! Advisors' pages that are their phones: the API's words for them, in telephony's.

use api::{LineNews, LineOffer};
use domain::AgentId;
use engine::Rejection;
use telephony::media::NoBrowserLeg;
use telephony::{LineRefused, PageId, Telephony};
use tokio::sync::mpsc;

/// A page offers to be its agent's phone.
pub(crate) async fn offer(
    telephony: &Telephony,
    agent: AgentId,
    offer: LineOffer,
) -> Result<(String, String), Rejection> {
    let offer = telephony::LineOffer {
        page: PageId(offer.page),
        sdp: offer.sdp,
        resume: offer.resume,
        take_over: offer.take_over,
        token: offer.token,
        tell: told(offer.tell),
    };
    let answer = telephony.offer_line(agent, offer).await;
    let answer = answer.map_err(|refused| rejection(&refused))?;
    Ok((answer.sdp, answer.resume))
}

/// A page goes on as the phone.
pub(crate) async fn resume(
    telephony: &Telephony,
    agent: AgentId,
    page: u64,
    token: String,
    tell: mpsc::UnboundedSender<LineNews>,
) -> Result<bool, Rejection> {
    let resumed = telephony.resume_line(agent, PageId(page), token, told(tell));
    resumed.await.map_err(|refused| rejection(&refused))
}

fn rejection(refused: &LineRefused) -> Rejection {
    let code = match refused {
        LineRefused::Taken => "taken",
        LineRefused::PhoneInUse => "phone_in_use",
        LineRefused::Unknown => "unknown",
        LineRefused::NoLeg(NoBrowserLeg::NotHere) => "not_here",
        LineRefused::NoLeg(NoBrowserLeg::Offer(_)) => "offer",
        LineRefused::Stopping => "stopping",
    };
    Rejection::new(code, refused.to_string())
}

/// Passes on what telephony tells a page, until either is gone.
fn told(page: mpsc::UnboundedSender<LineNews>) -> mpsc::UnboundedSender<telephony::LineNews> {
    let (tell, mut news) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(news) = news.recv().await {
            let news = match news {
                telephony::LineNews::Up => LineNews::Up,
                telephony::LineNews::Away => LineNews::Away,
                telephony::LineNews::Taken => LineNews::Taken,
                telephony::LineNews::Gone => LineNews::Gone,
            };
            if page.send(news).is_err() {
                return;
            }
        }
    });
    tell
}
