//! A workbook as LibreOffice saves it, encrypted by 7-Zip.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::client::{Office, base, run};

#[test]
fn a_workbook_of_libreoffice_in_a_zip_with_aes_is_loaded() {
    let office = Office::new("");
    let folder = office.floor.folder().to_owned();
    let clear = office.floor.file("base.csv", base(0, 30));
    let home = format!("-env:UserInstallation=file://{}/home", folder.display());
    let mut convert = Command::new("soffice");
    convert.args([
        &home,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]);
    convert
        .args(["--infilter=CSV:59,34,76,1", "--outdir"])
        .arg(&folder)
        .arg(&clear);
    run(&mut convert);
    let zip = office.folder("in").join("base.zip");
    let mut pack = Command::new("7zz");
    pack.current_dir(&folder)
        .args(["a", "-tzip", "-mem=AES256", "-pclave de marzo"])
        .arg(&zip)
        .arg("base.xlsx");
    run(&mut pack);
    let passphrases = office
        .floor
        .file("reception-passphrases.txt", "clave de marzo\n");
    std::fs::set_permissions(passphrases, std::fs::Permissions::from_mode(0o600)).expect("ours");
    office.mark(&zip);
    let fates = office.take();
    assert_eq!(fates[0]["valid"], 30, "{fates:?}");
    let acta = &office.floor.run(&["list", "acta", "base"])[0]["acta"];
    assert_eq!(
        (acta["format"].as_str(), acta["sealed"]["envelope"].as_str()),
        (Some("xlsx"), Some("ZIP (AES)"))
    );
}

#[test]
fn a_giant_sheet_is_refused_in_five_seconds_and_256_mib() {
    let office = Office::new("");
    let folder = office.floor.folder().to_owned();
    let sheets = folder.join("xl/worksheets");
    std::fs::create_dir_all(&sheets).expect("our folder");
    let sheet = std::fs::File::create(sheets.join("sheet1.xml")).expect("our folder");
    sheet.set_len(600 << 20).expect("a hole");
    std::fs::write(folder.join("xl/workbook.xml"), "<workbook/>").expect("our folder");
    std::fs::write(folder.join("[Content_Types].xml"), "<Types/>").expect("our folder");
    let mut pack = Command::new("7zz");
    pack.current_dir(&folder).args([
        "a",
        "-tzip",
        "-mx=1",
        "gigante.xlsx",
        "xl",
        "[Content_Types].xml",
    ]);
    run(&mut pack);
    let book = std::fs::read(folder.join("gigante.xlsx")).expect("7-Zip made it");
    office.drop_bytes("gigante.xlsx", &book);
    // What the program may have of its own: memory that is refused it ends it.
    let take = office.floor.command(&["reception", "take", "--json"]);
    let script = format!(
        "ulimit -d {}; exec \"$0\" reception take --json",
        256 * 1024
    );
    let mut bounded = Command::new("sh");
    bounded
        .current_dir(&folder)
        .args(["-c", &script])
        .arg(take.get_program());
    let began = std::time::Instant::now();
    let said = run(&mut bounded);
    let took = began.elapsed();
    let fates: serde_json::Value = serde_json::from_slice(&said).expect("JSON");
    assert_eq!(
        (&fates[0]["state"], &fates[0]["code"]),
        (&"refused".into(), &"workbook".into()),
        "{fates}"
    );
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
}
