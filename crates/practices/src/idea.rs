//! What becomes of an idea.

/// How one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdeaState {
    /// Said, and not looked at yet.
    New,
    /// Looked at.
    UnderReview,
    /// To be done.
    Accepted,
    /// Done.
    Done,
    /// Not to be done.
    Rejected,
}

impl IdeaState {
    /// Every state.
    pub const ALL: [IdeaState; 5] = [
        IdeaState::New,
        IdeaState::UnderReview,
        IdeaState::Accepted,
        IdeaState::Done,
        IdeaState::Rejected,
    ];

    /// The word used in the record, on the command line and in the API.
    pub const fn word(self) -> &'static str {
        match self {
            IdeaState::New => "new",
            IdeaState::UnderReview => "under_review",
            IdeaState::Accepted => "accepted",
            IdeaState::Done => "done",
            IdeaState::Rejected => "rejected",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<IdeaState> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether one may become another: forward, and what was turned down or done may be looked at again.
    pub const fn may_become(self, next: IdeaState) -> bool {
        match (self, next) {
            (
                IdeaState::New,
                IdeaState::UnderReview | IdeaState::Accepted | IdeaState::Rejected,
            )
            | (IdeaState::UnderReview, IdeaState::Accepted | IdeaState::Rejected)
            | (IdeaState::Accepted, IdeaState::Done | IdeaState::Rejected)
            | (IdeaState::Done | IdeaState::Rejected, IdeaState::UnderReview) => true,
            (_, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idea_is_done_only_after_it_was_accepted_and_is_never_new_again() {
        for state in IdeaState::ALL {
            assert_eq!(IdeaState::from_word(state.word()), Some(state));
            assert!(!state.may_become(IdeaState::New) && !state.may_become(state));
            let done = state.may_become(IdeaState::Done);
            assert_eq!(done, state == IdeaState::Accepted);
            assert!(IdeaState::ALL.iter().any(|next| state.may_become(*next)));
        }
    }
}
