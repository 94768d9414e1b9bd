//! What a trunk said to OPTIONS, in public words: what it means, and what to do.

use domain::Trunk;
use telephony::{NoAnswer, OptionsAnswer, TestedAddress, TrunkTest};
use wire::TrunkTestAddress;

/// A test of a trunk in public words.
pub fn trunk_tested(trunk: &Trunk, test: &TrunkTest) -> wire::TrunkTest {
    let shown = |tested: &TestedAddress| address(trunk, tested);
    let addresses: Vec<_> = test.addresses.iter().map(shown).collect();
    let good = |address: &TrunkTestAddress| matches!(address.result.as_str(), "ok" | "credentials");
    let answering = addresses.iter().filter(|address| good(address)).count();
    let (problem, says) = match (addresses.len(), answering) {
        (0, _) => {
            let words = format!(
                "the host `{}` has no address here; see its name, and `sip.name_servers` in the \
                 configuration",
                trunk.host
            );
            (Some("dns".to_owned()), words)
        }
        (_, 0) => (None, "no address answers as it should".to_owned()),
        (all, some) => (None, format!("{some} of {all} addresses answer")),
    };
    wire::TrunkTest {
        trunk: trunk.name.clone(),
        ok: answering > 0,
        problem,
        says,
        addresses,
    }
}

fn address(trunk: &Trunk, tested: &TestedAddress) -> TrunkTestAddress {
    let (result, says) = meaning(trunk, &tested.said);
    let answer = tested.said.as_ref().ok();
    let ms = tested.took.as_secs_f64() * 1_000.0;
    TrunkTestAddress {
        address: tested.address.to_string(),
        result: result.to_owned(),
        says,
        round_trip_ms: answer.map(|_| (ms * 10.0).round() / 10.0),
        status: answer.map(|answer| answer.status.code()),
        allow: answer
            .map(|answer| answer.allow.clone())
            .unwrap_or_default(),
        server: answer.and_then(|answer| answer.server.clone()),
    }
}

/// A word for programs, and a sentence for people.
fn meaning(trunk: &Trunk, said: &Result<OptionsAnswer, NoAnswer>) -> (&'static str, String) {
    let answer = match said {
        Ok(answer) => answer,
        Err(NoAnswer::Silence) => {
            let words = "no answer: a wrong address or port, a firewall, or a carrier that does not \
                         know this address of ours";
            return ("timeout", words.to_owned());
        }
        Err(NoAnswer::Unreachable) => {
            let words = "no connection: nothing listens there, or its certificate is not accepted";
            return ("connect", words.to_owned());
        }
    };
    let code = answer.status.code();
    match code {
        200..=299 => ("ok", format!("answers ({code})")),
        401 | 407 if trunk.credentials.is_some() => (
            "credentials",
            format!("answers and asks who calls ({code}); calls say so with the trunk's user"),
        ),
        401 | 407 => (
            "credentials",
            format!(
                "answers and asks who calls ({code}); give the trunk `--user` and `--password`, \
                 unless calls are not asked"
            ),
        ),
        403 => (
            "refused",
            "refuses us (403): ask the carrier whether it knows this address of ours".to_owned(),
        ),
        408 | 503 => (
            "unavailable",
            format!("says that it is out of service ({code})"),
        ),
        // It is there, and that is what was asked.
        _ => ("ok", format!("answers ({code}), though not to OPTIONS")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::TrunkId;
    use telephony::Status;

    use super::*;

    fn tested(said: &[Result<u16, NoAnswer>]) -> wire::TrunkTest {
        let trunk = Trunk::new(TrunkId::new(1), "hilo", "sbc.example");
        let one = |said: &Result<u16, NoAnswer>| TestedAddress {
            address: ([192, 0, 2, 1], 5060).into(),
            took: Duration::from_micros(12_340),
            said: said.map(|code| OptionsAnswer {
                status: Status::new(code).expect("a status"),
                allow: vec!["INVITE".to_owned()],
                server: None,
            }),
        };
        let addresses = said.iter().map(one).collect();
        trunk_tested(&trunk, &TrunkTest { addresses })
    }

    #[test]
    fn whatever_answers_is_there_but_for_who_refuses_us_or_is_out_of_service() {
        for (code, result, ok) in [
            (200, "ok", true),
            (405, "ok", true),
            (401, "credentials", true),
            (407, "credentials", true),
            (403, "refused", false),
            (503, "unavailable", false),
        ] {
            let test = tested(&[Ok(code)]);
            assert_eq!((test.addresses[0].result.as_str(), test.ok), (result, ok));
            assert_eq!(test.addresses[0].round_trip_ms, Some(12.3));
        }
    }

    #[test]
    fn one_address_that_answers_is_enough_and_none_is_said() {
        let half = tested(&[Err(NoAnswer::Silence), Ok(200)]);
        assert!(half.ok && half.says == "1 of 2 addresses answer");
        let dead = tested(&[Err(NoAnswer::Unreachable)]);
        assert_eq!((dead.ok, dead.problem), (false, None));
        let nowhere = tested(&[]);
        assert_eq!(
            (nowhere.ok, nowhere.problem.as_deref()),
            (false, Some("dns"))
        );
        assert!(nowhere.says.contains("sbc.example"), "{}", nowhere.says);
    }
}
