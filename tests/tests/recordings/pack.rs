//! The evidence of a sale whose call was recorded: the archive has the recording itself, and where in it the contract was read; to the
//! back office over HTTP, with a word in the audit log, and as the command line writes it.

use serde_json::json;
use tests::desk::Desk;
use tests::floor::{PATIENCE, until};
use tests::http::fetch;

use crate::call::{
    CUSTOMER, NUMBER, admin, assert_heard, audio, carrier, floor_for, recording, sides, talk,
};

#[test]
fn the_archive_of_a_sale_has_its_recording_and_where_the_contract_was_read() {
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talk(&floor, &engine);
    call.goes_on("asesor1", 4);
    let mark = json!({"kind": "contract", "text": "lectura del contrato"});
    call.desk.asks("agent/recording/mark", mark);
    call.goes_on("asesor1", 4);
    carrier.hang_up(NUMBER);
    call.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    let form = json!({"attempt": call.attempt, "code": "VE01"});
    call.desk.asks("agent/typify", form);
    until("the recording is whole", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["state"] == "stored"
    });
    let sales = floor.run(&["sale", "list"]);
    let sale = sales["sales"][0]["id"].as_i64();
    let sale = sale.unwrap_or_else(|| panic!("no sale in {sales}"));

    let made = floor.run(&["user", "add", "oficina", "--role", "back_office"]);
    let password = made["password"].as_str().expect("shown once");
    let office = Desk::of(engine.http(), "oficina", password).token;
    let made = floor.run(&["user", "add", "claro", "--role", "client"]);
    let password = made["password"].as_str().expect("shown once");
    let client = Desk::of(engine.http(), "claro", password).token;
    let path = format!("/api/v1/sales/{sale}/pack");
    let (status, _, _) = fetch(engine.http(), &path, &client, None, "x-evidence-key");
    assert_eq!(status, 403, "the client reads sales, and hears nobody");
    let (status, key, zip) = fetch(engine.http(), &path, &office, None, "x-evidence-key");
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&zip));
    floor.file("venta.zip", &zip);
    let verify = ["evidence", "verify", "venta.zip", "--key", &key];
    assert_eq!(floor.run(&verify)["evidence"], "whole");
    let audit = floor.run(&["audit", "--subject", &format!("sale {sale}")]);
    let audit = audit.to_string();
    assert!(
        audit.contains("sale.pack") && audit.contains("oficina"),
        "{audit}"
    );

    // The same from the command line: what is in it, and when the contract is read.
    let number = sale.to_string();
    let index = floor.run(&["sale", "pack", &number, "otra.zip"]);
    let at = index["contract_ms"].as_i64();
    let at = at.unwrap_or_else(|| panic!("no mark in {index}"));
    let file = |name: &str| {
        let files = index["files"].as_array().expect("a list");
        let found = files.iter().find(|file| file["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("no {name} in {index}"))
    };
    let wav = audio(&engine, &jefa, call.attempt);
    let packed = file("grabacion.wav");
    assert_eq!(packed["bytes"].as_u64(), Some(wav.len() as u64));
    assert_eq!(packed["sha256"], api::sha256_of(&wav));
    let (customer, _) = sides(&wav);
    let length_ms = customer.len() as i64 / 8;
    assert!((1..length_ms).contains(&at), "{at} of {length_ms} ms");
    assert_heard(&customer, CUSTOMER);
    let missing = index["missing"].to_string();
    assert!(
        !missing.contains("contract") && !missing.contains("recording"),
        "{missing}"
    );
    drop(engine);
}
