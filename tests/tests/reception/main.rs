//! Clients' encrypted files, from the drop folder to the list and back: real files by real tools
//! (deploy/dev/install-tools), the whole program, and the program killed in between.

mod client;
mod drop_folder;
mod gestion;
mod killed;
mod returned;
mod sent;
mod workbook;
