//! Limits of the law as data, checked at the instant a call would leave.
