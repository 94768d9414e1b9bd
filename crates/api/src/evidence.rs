//! What shows, years later, that calls were made as the law has it: the attempts, the rules they were
//! made under, the registers that were consulted, the audit log, and an index with the hash of each file.
//! The same record and the same span give the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::{AgentId, ConsentId, PersonId, Timestamp};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{AttemptFilter, AttemptRow, AuditFilter, AuditRow, Store};

use crate::error::ApiError;

/// Rows asked for at once.
const PAGE: u32 = 5_000;
/// What the folder is, for whoever opens it.
const INDEX: &str = "index.json";

/// Columns of `attempts.csv` and what they mean.
pub const ATTEMPT_COLUMNS: [(&str, &str); 30] = [
    ("attempt", "number of the attempt"),
    ("campaign", "number of the campaign"),
    ("list", "number of the list"),
    ("contact", "number of the record in it"),
    ("person", "number of the person, the same in every list"),
    ("phone", "number called, in E.164"),
    ("caller_id", "number shown, in E.164"),
    ("trunk", "number of the trunk"),
    ("mode", "how the campaign was dialing"),
    (
        "agent",
        "number of the advisor who took it, or for whom it was",
    ),
    (
        "purpose",
        "what it was for, as the rules of law packs name it",
    ),
    (
        "serves",
        "number of the attempt it served: the one in which the person asked to be called back",
    ),
    ("law", "law pack and version it was judged by"),
    ("zone", "time zone of the person (IANA)"),
    ("utc_offset_min", "minutes that zone was ahead of UTC then"),
    (
        "hours_consent",
        "number of the consent by which it left outside of the hours of the law; see consents.csv",
    ),
    (
        "calls_consent",
        "number of the consent to be called at all, where the law asks for one",
    ),
    ("intended_at", "decided, in ms since 1970 UTC"),
    (
        "placed_at",
        "the INVITE left, in ms since 1970 UTC; empty where none did",
    ),
    (
        "placed_local",
        "the same as RFC 3339 by the clock of the person",
    ),
    ("ringing_at", "rang, in ms since 1970 UTC"),
    ("answered_at", "picked up, in ms since 1970 UTC"),
    ("bridged_at", "joined to the advisor, in ms since 1970 UTC"),
    ("ended_at", "over, in ms since 1970 UTC"),
    ("waited_ms", "from answer to advisor, or to the abandonment"),
    ("outcome", "what the network and the engine saw"),
    ("sip_status", "SIP status that ended it"),
    ("code", "typification in force when this was written"),
    ("gate_rule", "rule that kept it from leaving"),
    (
        "gate_pack",
        "pack and version of that rule, and the register's snapshot where it was one",
    ),
];

/// What is exported.
#[derive(Clone, Debug)]
pub struct EvidenceWanted {
    /// Attempts intended at or after.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
    /// Of this person only.
    pub person: Option<PersonId>,
    /// Where to: a folder that is empty, or not there yet.
    pub folder: PathBuf,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EvidenceMade {
    /// Where.
    pub folder: PathBuf,
    /// Attempts in it.
    pub attempts: u64,
    /// Entries of the audit log.
    pub audit_entries: u64,
    /// Files, the index apart.
    pub files: usize,
    /// SHA-256 of the index: with it the whole folder is fixed.
    pub index_sha256: String,
}

/// Writes the evidence of a span into a folder. `progress` hears how many attempts were written.
pub async fn export_evidence(
    store: &dyn Store,
    wanted: &EvidenceWanted,
    mut progress: impl FnMut(u64),
) -> Result<EvidenceMade, ApiError> {
    prepare(&wanted.folder)?;
    let mut files = Files::new(&wanted.folder);
    let attempts = attempts(store, wanted, &mut files, &mut progress).await?;
    laws(store, &mut files).await?;
    registers(store, &mut files).await?;
    consents(store, wanted, &mut files).await?;
    campaigns(store, &mut files).await?;
    abandons(store, wanted, &mut files).await?;
    let audit_entries = audit(store, wanted, &mut files).await?;
    files.write("columns.csv", |out| {
        writeln!(out, "file,column,meaning")?;
        for (column, meaning) in ATTEMPT_COLUMNS {
            writeln!(out, "attempts.csv,{column},\"{meaning}\"")?;
        }
        Ok(())
    })?;
    let said = json!({
        "what": "evidence of calls, by cadencia",
        "format": 1,
        "from": wanted.from.as_millis(),
        "to": wanted.to.as_millis(),
        "person": wanted.person.map(PersonId::get),
        "attempts": attempts,
        "audit_entries": audit_entries,
        "files": files.done.iter().map(|file| json!({
            "name": file.name, "bytes": file.bytes, "sha256": file.sha256,
        })).collect::<Vec<_>>(),
    });
    let count = files.done.len();
    let text = serde_json::to_string_pretty(&said).map_err(ApiError::internal)? + "\n";
    files.write(INDEX, |out| out.write_all(text.as_bytes()))?;
    let index = files.done.pop().map(|file| file.sha256);
    Ok(EvidenceMade {
        folder: wanted.folder.clone(),
        attempts,
        audit_entries,
        files: count,
        index_sha256: index.unwrap_or_default(),
    })
}

fn prepare(folder: &Path) -> Result<(), ApiError> {
    let cannot = |error: io::Error| {
        ApiError::Invalid(format!("cannot write to {}: {error}", folder.display()))
    };
    fs::create_dir_all(folder).map_err(cannot)?;
    match fs::read_dir(folder).map_err(cannot)?.next() {
        None => Ok(()),
        Some(_) => Err(ApiError::Conflict(format!(
            "{} is not empty; name a folder that is",
            folder.display()
        ))),
    }
}

async fn attempts(
    store: &dyn Store,
    wanted: &EvidenceWanted,
    files: &mut Files,
    progress: &mut impl FnMut(u64),
) -> Result<u64, ApiError> {
    let mut out = files.begin("attempts.csv")?;
    let headings: Vec<&str> = ATTEMPT_COLUMNS.iter().map(|(column, _)| *column).collect();
    out.line(&headings.join(","))?;
    let (mut after, mut count) = (None, 0);
    loop {
        let filter = AttemptFilter {
            from: Some(wanted.from),
            to: Some(wanted.to),
            person: wanted.person,
            after,
            limit: PAGE,
            ..AttemptFilter::default()
        };
        let rows = store.attempts(&filter).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = Some(last.id);
        for row in &rows {
            out.line(&attempt_line(row))?;
        }
        count += rows.len() as u64;
        progress(count);
    }
    files.end(out)?;
    Ok(count)
}

fn attempt_line(row: &AttemptRow) -> String {
    let ms = |at: Option<Timestamp>| at.map(|at| at.as_millis().to_string()).unwrap_or_default();
    let consent = |id: Option<ConsentId>| id.map(|id| id.to_string()).unwrap_or_default();
    let under = row.under.as_ref();
    let offset = under.map(|under| under.utc_offset_min);
    let cells = [
        row.id.to_string(),
        row.campaign.to_string(),
        row.list.to_string(),
        row.contact.to_string(),
        row.person.to_string(),
        row.phone.dialable(),
        row.caller_id.dialable(),
        row.trunk.to_string(),
        row.mode.word().to_owned(),
        row.agent
            .map(|agent: AgentId| agent.to_string())
            .unwrap_or_default(),
        row.purpose.word().to_owned(),
        row.serves
            .map(|attempt| attempt.to_string())
            .unwrap_or_default(),
        under.map(|under| under.law.to_string()).unwrap_or_default(),
        under
            .map(|under| under.zone.to_string())
            .unwrap_or_default(),
        offset.map(|offset| offset.to_string()).unwrap_or_default(),
        consent(under.and_then(|under| under.consents.hours)),
        consent(under.and_then(|under| under.consents.calls)),
        row.intended_at.as_millis().to_string(),
        ms(row.placed_at),
        row.placed_at
            .zip(offset)
            .map(|(at, offset)| local(at, offset))
            .unwrap_or_default(),
        ms(row.ringing_at),
        ms(row.answered_at),
        ms(row.bridged_at),
        ms(row.ended_at),
        row.waited
            .map(|waited| waited.as_millis().to_string())
            .unwrap_or_default(),
        row.outcome
            .map(|outcome| outcome.word().to_owned())
            .unwrap_or_default(),
        row.cause
            .sip_status
            .map(|status| status.to_string())
            .unwrap_or_default(),
        row.code.clone().unwrap_or_default(),
        row.gate
            .as_ref()
            .map(|gate| gate.rule.clone())
            .unwrap_or_default(),
        row.gate
            .as_ref()
            .map(|gate| gate.pack.clone())
            .unwrap_or_default(),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",")
}

fn local(at: Timestamp, offset_min: i32) -> String {
    let zone = chrono::FixedOffset::east_opt(offset_min * 60);
    let instant = chrono::DateTime::from_timestamp_millis(at.as_millis());
    match (zone, instant) {
        (Some(zone), Some(instant)) => instant
            .with_timezone(&zone)
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, false),
        _ => String::new(),
    }
}

/// A cell as CSV has it (RFC 4180).
fn quoted(cell: &str) -> String {
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// The packs as they were read, each under its version.
async fn laws(store: &dyn Store, files: &mut Files) -> Result<(), ApiError> {
    for law in store.law_texts().await? {
        let name = format!(
            "law/{}-{}.toml",
            law.pack.replace('@', "-"),
            &law.sha256[..12]
        );
        files.write(&name, |out| out.write_all(law.text.as_bytes()))?;
    }
    Ok(())
}

async fn registers(store: &dyn Store, files: &mut Files) -> Result<(), ApiError> {
    let rows = store.snapshots(None).await?;
    files.write("registers.csv", |out| {
        writeln!(
            out,
            "snapshot,register,as_of,loaded_at,replaced_at,loaded_by,file_name,sha256,numbers,hits,\
             override_at,override_by,override_reason"
        )?;
        for row in &rows {
            let ms = |at: Option<Timestamp>| at.map(|at| at.as_millis().to_string());
            let (at, by, why) = match &row.overridden {
                Some((at, by, why)) => (at.as_millis().to_string(), by.as_str(), why.as_str()),
                None => (String::new(), "", ""),
            };
            let cells = [
                row.snapshot.id.to_string(),
                row.snapshot.register.clone(),
                row.snapshot.as_of.clone(),
                row.loaded_at.as_millis().to_string(),
                ms(row.replaced_at).unwrap_or_default(),
                row.loaded_by.clone(),
                row.file_name.clone(),
                row.snapshot.sha256.clone(),
                row.numbers.to_string(),
                row.hits.map(|hits| hits.to_string()).unwrap_or_default(),
                at,
                by.to_owned(),
                why.to_owned(),
            ];
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
        Ok(())
    })
}

/// What people agreed to: calls that left under a consent name its number.
async fn consents(
    store: &dyn Store,
    wanted: &EvidenceWanted,
    files: &mut Files,
) -> Result<(), ApiError> {
    let found = crate::consents::consents(store, wanted.person, false, wanted.to).await?;
    files.write("consents.csv", |out| {
        writeln!(
            out,
            "consent,person,kind,hours,days,holidays,purposes,contract_at,signed_at,instrument,\
             evidence_sha256,recorded_at,recorded_by,ended_at,ended_by,ended_why"
        )?;
        for one in &found {
            let ms = |at: Option<i64>| at.map(|at| at.to_string()).unwrap_or_default();
            let cells = [
                one.id.to_string(),
                one.person.to_string(),
                one.kind.clone(),
                one.hours.clone().unwrap_or_default(),
                one.days.join(" "),
                one.holidays.to_string(),
                one.purposes.join(" "),
                ms(one.contract_at),
                one.signed_at.to_string(),
                one.instrument.clone(),
                one.evidence_sha256.clone(),
                one.recorded_at.to_string(),
                one.recorded_by.clone(),
                ms(one.ended_at),
                one.ended_by.clone().unwrap_or_default(),
                one.ended_why.clone().unwrap_or_default(),
            ];
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
        Ok(())
    })
}

/// Which number is which campaign, and what it is set to now; how it was is in the audit log.
async fn campaigns(store: &dyn Store, files: &mut Files) -> Result<(), ApiError> {
    let mut shown = Vec::new();
    for campaign in store.campaigns().await? {
        shown.push(crate::campaigns::campaign_shown(store, &campaign).await?);
    }
    let text = serde_json::to_string_pretty(&shown).map_err(ApiError::internal)? + "\n";
    files.write("campaigns.json", |out| out.write_all(text.as_bytes()))
}

/// The abandon ledger of each campaign up to the end of the span.
async fn abandons(
    store: &dyn Store,
    wanted: &EvidenceWanted,
    files: &mut Files,
) -> Result<(), ApiError> {
    let mut periods = Vec::new();
    let last = wanted.to - std::time::Duration::from_millis(1);
    for campaign in store.campaigns().await? {
        // One that names a pack there is none of has called nobody.
        if law::Pack::by_id(&campaign.law_pack).is_err() {
            continue;
        }
        periods.extend(crate::abandons::abandon_ledger(store, &campaign, last).await?);
    }
    files.write("abandons.csv", |out| {
        writeln!(
            out,
            "campaign,from,to,live,abandoned,limit,left,bound_95,rule,pack"
        )?;
        for one in &periods {
            let bound = one.bound.map(|bound| bound.to_string());
            let cells = [
                one.campaign.clone(),
                one.from.to_string(),
                one.to.to_string(),
                one.live.to_string(),
                one.abandoned.to_string(),
                one.limit.to_string(),
                one.left.to_string(),
                bound.unwrap_or_default(),
                one.rule.clone(),
                one.pack.clone(),
            ];
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
        Ok(())
    })
}

/// The audit log up to the end of the span, from its beginning: only a whole chain can be checked.
async fn audit(
    store: &dyn Store,
    wanted: &EvidenceWanted,
    files: &mut Files,
) -> Result<u64, ApiError> {
    let mut out = files.begin("audit.jsonl")?;
    let (mut after, mut count) = (None, 0);
    'pages: loop {
        let filter = AuditFilter {
            after,
            limit: PAGE,
            ..AuditFilter::default()
        };
        let rows = store.audit(&filter).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = Some(last.id);
        for row in &rows {
            if row.entry.at >= wanted.to {
                break 'pages;
            }
            out.line(&audit_line(row)?)?;
            count += 1;
        }
    }
    files.end(out)?;
    Ok(count)
}

fn audit_line(row: &AuditRow) -> Result<String, ApiError> {
    let shown = serde_json::to_value(crate::audit::audit_shown(row));
    let mut shown = shown.map_err(ApiError::internal)?;
    shown["previous_sha256"] = row.previous.clone().into();
    serde_json::to_string(&shown).map_err(ApiError::internal)
}

/// A file that was written.
struct Done {
    name: String,
    bytes: u64,
    sha256: String,
}

/// Files of the folder, hashed as they are written.
struct Files {
    folder: PathBuf,
    done: Vec<Done>,
}

impl Files {
    fn new(folder: &Path) -> Files {
        Files {
            folder: folder.to_owned(),
            done: Vec::new(),
        }
    }

    fn begin(&self, name: &str) -> Result<Hashed, ApiError> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(ApiError::internal)?;
        }
        let file = File::create(&path).map_err(ApiError::internal)?;
        Ok(Hashed {
            name: name.to_owned(),
            out: BufWriter::with_capacity(1 << 18, file),
            digest: Sha256::new(),
            bytes: 0,
        })
    }

    fn end(&mut self, mut file: Hashed) -> Result<(), ApiError> {
        file.out.flush().map_err(ApiError::internal)?;
        file.out.get_ref().sync_all().map_err(ApiError::internal)?;
        self.done.push(Done {
            sha256: hex(&file.digest.finalize()),
            name: file.name,
            bytes: file.bytes,
        });
        Ok(())
    }

    fn write(
        &mut self,
        name: &str,
        body: impl FnOnce(&mut Hashed) -> io::Result<()>,
    ) -> Result<(), ApiError> {
        let mut file = self.begin(name)?;
        body(&mut file).map_err(ApiError::internal)?;
        self.end(file)
    }
}

/// A file under way.
struct Hashed {
    name: String,
    out: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
}

impl Hashed {
    fn line(&mut self, line: &str) -> Result<(), ApiError> {
        writeln!(self, "{line}").map_err(ApiError::internal)
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.digest.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The hash of some bytes, in hexadecimal.
pub fn sha256_of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wrong with a folder of evidence; empty when nothing is. `index_sha256`: as it was told when
/// the folder was made, where somebody kept it.
pub fn verify_evidence(folder: &Path, index_sha256: Option<&str>) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(folder.join(INDEX))?;
    let mut wrong = Vec::new();
    if index_sha256.is_some_and(|told| told != sha256_of_bytes(text.as_bytes())) {
        wrong.push(format!("{INDEX}: not the one whose hash was told"));
    }
    let index: serde_json::Value = serde_json::from_str(&text)?;
    let files = index["files"].as_array().cloned().unwrap_or_default();
    let mut known = vec![INDEX.to_owned()];
    for file in &files {
        let name = file["name"].as_str().unwrap_or_default().to_owned();
        match sha256_of_file(&folder.join(&name)) {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(hash) if file["sha256"] != *hash => wrong.push(format!("{name}: was changed")),
            Ok(_) => {}
        }
        known.push(name);
    }
    for name in names_in(folder, folder)? {
        if !known.contains(&name) {
            wrong.push(format!("{name}: is not in the index"));
        }
    }
    Ok(wrong)
}

/// The hash of a file, in hexadecimal.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hex(&digest.finalize())),
            count => digest.update(&buffer[..count]),
        }
    }
}

fn names_in(root: &Path, folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            names.extend(names_in(root, &path)?);
        } else if let Ok(name) = path.strip_prefix(root) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests;
