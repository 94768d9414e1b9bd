//! The recorder with its threads and files: what is heard again of calls, also after a crash, on a
//! disk that somebody else wrote to, and by whom.

mod archive;
mod crash;
mod rig;
mod sealing;
mod sound;
