//! The signalling of attempts is kept as it was packed, and let go in its time.

use store::PackedLadder;

use crate::database::Record;
use crate::fixture::{at, attempt};

contract!(
    signalling_comes_back_as_it_was_packed_and_the_last_word_counts,
    old_signalling_is_let_go,
);

fn ladder(n: i64, packed: &[u8]) -> PackedLadder {
    PackedLadder {
        attempt: attempt(n),
        packed: packed.to_vec(),
    }
}

async fn signalling_comes_back_as_it_was_packed_and_the_last_word_counts(record: Record) {
    let store = &*record.store;
    let (first, second) = (ladder(1, &[0, 255, 0, 7]), ladder(2, b"x"));
    store.put_ladders(at(0), &[first, second]).await.unwrap();
    store.put_ladders(at(1), &[ladder(2, b"y")]).await.unwrap();
    store.put_ladders(at(1), &[]).await.unwrap();
    let kept = store.ladder(attempt(1)).await.unwrap();
    assert_eq!(kept.as_deref(), Some(&[0, 255, 0, 7][..]));
    let kept = store.ladder(attempt(2)).await.unwrap();
    assert_eq!(kept.as_deref(), Some(&b"y"[..]));
    assert_eq!(store.ladder(attempt(3)).await.unwrap(), None);
}

async fn old_signalling_is_let_go(record: Record) {
    let store = &*record.store;
    let many: Vec<_> = (0..4_001).map(|n| ladder(n, b"x")).collect();
    store.put_ladders(at(0), &many).await.unwrap();
    store
        .put_ladders(at(9), &[ladder(9_999, b"x")])
        .await
        .unwrap();
    assert_eq!(store.forget_ladders(at(5)).await.unwrap(), 4_001);
    assert_eq!(store.ladder(attempt(1)).await.unwrap(), None);
    assert!(store.ladder(attempt(9_999)).await.unwrap().is_some());
}
