//! The thread that hashes passwords. One, and no more: a hash takes 19 MiB and
//! some 20 ms of a processor by design, a shift logs in at the same minute, and
//! calls come first. One thread also means that the allocator keeps one such
//! block, not one for each thread that ever hashed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::oneshot;

use crate::error::ApiError;

/// Passwords that may wait; some 10 s of work.
const QUEUE_MAX: usize = 512;

type Job = Box<dyn FnOnce() + Send>;

/// The way to the thread. It ends with the last of them.
#[derive(Debug)]
pub(crate) struct Hashing {
    jobs: SyncSender<Job>,
}

impl Hashing {
    pub(crate) fn start() -> Hashing {
        let (jobs, inbox): (_, Receiver<Job>) = sync_channel(QUEUE_MAX);
        let work = move || inbox.into_iter().for_each(|job| job());
        let thread = std::thread::Builder::new().name("passwords".to_owned());
        drop(thread.spawn(work).expect("the system starts a thread"));
        Hashing { jobs }
    }

    /// Does `work` when its turn comes; not at all if nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let (done, result) = oneshot::channel();
        let job = Box::new(move || {
            if !done.is_closed() {
                // The asker may have left while we worked.
                let _ = done.send(work());
            }
        });
        self.jobs.try_send(job).map_err(|_| ApiError::Busy)?;
        result.await.map_err(ApiError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_says_so_and_who_left_costs_nothing() {
        let hashing = Hashing::start();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (began, begun) = oneshot::channel();
        let first = hashing.run(move || {
            began.send(()).expect("the test waits");
            wait.recv().expect("the test says go");
            7
        });
        let mut first = Box::pin(first);
        tokio::select! {
            _ = &mut first => unreachable!("it waits for us"),
            begun = begun => begun.expect("it begins"),
        }
        let impatient = || unreachable!("nobody waits for this one");
        for _ in 0..QUEUE_MAX {
            let left = hashing.run(impatient);
            tokio::select! { biased; _ = left => unreachable!("it has no turn"), () = async {} => {} }
        }
        let refused = hashing.run(impatient).await;
        assert!(matches!(refused, Err(ApiError::Busy)), "{refused:?}");
        go.send(()).expect("the first waits");
        assert_eq!(first.await.expect("done"), 7);
        // The queue empties by itself.
        while hashing.run(|| ()).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
