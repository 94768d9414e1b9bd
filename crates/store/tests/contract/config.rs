//! Configuration goes in and comes back the same, and each change is noticed
//! by whoever watches the version.

use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AgentProfile, CallerIdentity, CampaignId, CampaignState, DialMode, Event, LineMode,
    Rate, Secret, Srtp, Trunk, TrunkId, TrunkTransport, UserId,
};
use store::{Role, Session, StoreError, User};

use crate::database::Record;
use crate::fixture::{Writer, at, campaign, load, people, phone};

contract!(
    every_change_raises_the_version,
    a_trunk_comes_back_as_it_was_put,
    an_agent_keeps_the_password_that_is_not_given,
    a_campaign_comes_back_as_it_was_put,
    changing_a_campaign_leaves_its_state_alone,
    the_end_of_the_list_does_not_overrule_people,
    users_come_back_and_names_are_theirs,
    a_session_ends_when_it_expires,
    what_is_not_there_cannot_be_changed_or_removed,
);

fn trunk() -> Trunk {
    Trunk {
        port: 5061,
        transport: TrunkTransport::Tls,
        channels_max: 60,
        calls_per_second_max: 7.5,
        credentials: Some(("user".to_owned(), Secret::new("pass"))),
        called: vec!["+57/12 strip 2 put 03".parse().expect("a rule")],
        calling: vec!["* put +".parse().expect("a rule")],
        headers: vec!["add X-Account: {trunk}".parse().expect("a rule")],
        identity: CallerIdentity {
            from_user: Some("4711".to_owned()),
            private: true,
            diversion: Some(phone(900)),
            ..CallerIdentity::default()
        },
        register: Some(Duration::from_secs(300)),
        srtp: Srtp::Required,
        ..Trunk::new(TrunkId::new(0), "claro", "10.0.0.1")
    }
}

fn profile(campaigns: Vec<CampaignId>) -> AgentProfile {
    AgentProfile {
        id: AgentId::new(0),
        name: "Ana".to_owned(),
        sip_user: "ana".to_owned(),
        campaigns,
        line: LineMode::PerCall,
    }
}

fn user(name: &str) -> User {
    User {
        id: UserId::new(0),
        name: name.to_owned(),
        role: Role::Advisor,
        password_hash: "$argon2id$x".to_owned(),
        agent: Some(AgentId::new(3)),
    }
}

async fn every_change_raises_the_version(record: Record) {
    let store = &*record.store;
    let mut last = store.config_version().await.unwrap();
    macro_rules! raises {
        ($change:expr) => {{
            let done = $change.await.expect(stringify!($change));
            let now = record.store.config_version().await.unwrap();
            assert!(now > last, "not raised by {}", stringify!($change));
            last = now;
            done
        }};
    }
    let trunk = raises!(store.put_trunk(&trunk()));
    let agent = raises!(store.put_agent(&profile(vec![]), None));
    let new = Campaign::new(CampaignId::new(0), "ventas");
    let campaign = raises!(store.put_campaign(&new));
    raises!(store.set_campaign_state(campaign, CampaignState::Running));
    let rows = Catalogue::spanish().rows().to_vec();
    raises!(store.put_catalogue(&crate::catalogues::version(campaign, rows)));
    raises!(store.remove_trunk(trunk));
    raises!(store.remove_agent(agent));
    raises!(store.remove_campaign(campaign));
    let list = load(store, "base", &people(1..2)).await;
    raises!(store.remove_list(list));
    assert_eq!(
        record
            .reopened()
            .await
            .store
            .config_version()
            .await
            .unwrap(),
        last
    );
}

async fn a_trunk_comes_back_as_it_was_put(record: Record) {
    let store = &*record.store;
    let mut trunk = trunk();
    trunk.id = store.put_trunk(&trunk).await.unwrap();
    assert_eq!(store.trunks().await.unwrap(), [trunk.clone()]);
    trunk.transport = TrunkTransport::Udp;
    trunk.credentials = None;
    trunk.enabled = false;
    assert_eq!(store.put_trunk(&trunk).await.unwrap(), trunk.id);
    assert_eq!(store.trunks().await.unwrap(), [trunk.clone()]);
    let twice = Trunk {
        id: TrunkId::new(0),
        ..trunk.clone()
    };
    let refused = store.put_trunk(&twice).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    store.remove_trunk(trunk.id).await.unwrap();
    assert_eq!(store.trunks().await.unwrap(), []);
    let fresh = store.put_trunk(&twice).await.unwrap();
    assert_ne!(fresh, trunk.id, "calls keep naming the removed one");
}

async fn an_agent_keeps_the_password_that_is_not_given(record: Record) {
    let store = &*record.store;
    let campaigns = vec![CampaignId::new(9), CampaignId::new(4)];
    let mut agent = profile(campaigns);
    let secret = Secret::new("clave");
    agent.id = store.put_agent(&agent, Some(&secret)).await.unwrap();
    assert_eq!(store.agents().await.unwrap(), [agent.clone()]);
    agent.name = "Ana María".to_owned();
    agent.campaigns = vec![CampaignId::new(4)];
    agent.line = LineMode::NailedUp;
    store.put_agent(&agent, None).await.unwrap();
    assert_eq!(store.agents().await.unwrap(), [agent.clone()]);
    let kept = store.agent_password(agent.id).await.unwrap();
    assert_eq!(kept, Some(secret));
    let new = Secret::new("otra");
    store.put_agent(&agent, Some(&new)).await.unwrap();
    let changed = store.agent_password(agent.id).await.unwrap();
    assert_eq!(changed, Some(new));
    store.remove_agent(agent.id).await.unwrap();
    assert_eq!(store.agents().await.unwrap(), []);
    assert_eq!(store.agent_password(agent.id).await.unwrap(), None);
}

async fn a_campaign_comes_back_as_it_was_put(record: Record) {
    let store = &*record.store;
    let (one, two) = (
        load(store, "una", &people(1..3)).await,
        load(store, "dos", &people(3..5)).await,
    );
    let mut campaign = Campaign {
        mode: DialMode::Power,
        state: CampaignState::Paused,
        power_ratio: 1.25,
        lists: vec![two, one],
        trunks: vec![TrunkId::new(5), TrunkId::new(2)],
        caller_ids: vec![phone(900), phone(901)],
        ring_timeout: Duration::from_millis(22_500),
        attempts_per_contact_max: 9,
        attempts_per_phone_max: 4,
        contact_limits: campaigns::ContactLimits {
            per_day: Some(2),
            per_week: Some(5),
            gap: Some(Duration::from_secs(10_800)),
            per_base: Some(12),
        },
        hours: campaigns::CampaignHours::read(&["07:00-12:30".to_owned()]).unwrap(),
        callback_kept: Duration::from_secs(300),
        correct_within: Duration::from_secs(7_200),
        supervisor_corrects_within: Duration::from_secs(86_400),
        wrap_up: Duration::from_secs(45),
        abandon_limit: Rate::new(0.05).unwrap(),
        abandon_target: Rate::new(0.015).unwrap(),
        abandon_sure: Rate::new(0.95),
        abandon_wait: Duration::from_millis(1_500),
        law_pack: "mx".to_owned(),
        call_max: Duration::from_secs(900),
        ..Campaign::new(CampaignId::new(0), "Ventas ñ")
    };
    campaign.id = store.put_campaign(&campaign).await.unwrap();
    assert_eq!(store.campaigns().await.unwrap(), [campaign.clone()]);
    campaign.lists = vec![one];
    store.put_campaign(&campaign).await.unwrap();
    assert_eq!(store.campaigns().await.unwrap(), [campaign.clone()]);
    let leased = store.lease_work(campaign.id, at(0), 10).await.unwrap().0;
    assert_eq!(leased.len(), 2, "the list let go is not leased");
    campaign.lists = vec![domain::ListId::new(404)];
    let refused = store.put_campaign(&campaign).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    assert_eq!(store.campaigns().await.unwrap()[0].lists, [one]);
}

async fn changing_a_campaign_leaves_its_state_alone(record: Record) {
    let store = &*record.store;
    let id = campaign(store, "ventas", &[]).await;
    let old = store.campaigns().await.unwrap().remove(0);
    let running = CampaignState::Running;
    store.set_campaign_state(id, running).await.unwrap();
    store.put_campaign(&old).await.unwrap();
    assert_eq!(store.campaigns().await.unwrap()[0].state, running);
}

async fn the_end_of_the_list_does_not_overrule_people(record: Record) {
    let store = &*record.store;
    let one = campaign(store, "una", &[]).await;
    let two = campaign(store, "dos", &[]).await;
    let running = store.set_campaign_state(one, CampaignState::Running);
    running.await.unwrap();
    let over = |campaign| Event::CampaignStateChanged {
        campaign,
        state: CampaignState::Finished,
        reason: "nothing left to dial".to_owned(),
    };
    let both = vec![over(one), over(two)];
    Writer::default().commit(store, 10, both).await;
    let states: Vec<_> = store.campaigns().await.unwrap();
    let states: Vec<_> = states.iter().map(|c| (c.id, c.state)).collect();
    let expected = [
        (two, CampaignState::Stopped),
        (one, CampaignState::Finished),
    ];
    assert_eq!(states, expected);
}

async fn users_come_back_and_names_are_theirs(record: Record) {
    let store = &*record.store;
    let mut ana = user("ana");
    ana.id = store.put_user(&ana).await.unwrap();
    let taken = store.put_user(&user("ana")).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))));
    ana.role = Role::Admin;
    ana.agent = None;
    store.put_user(&ana).await.unwrap();
    assert_eq!(store.users().await.unwrap(), [ana.clone()]);
    let session = session(ana.id, 1, 60);
    store.put_session(&session).await.unwrap();
    store.remove_user(ana.id).await.unwrap();
    assert_eq!(store.users().await.unwrap(), []);
    let gone = store.session(&session.token_hash, at(1)).await.unwrap();
    assert_eq!(gone, None, "sessions go with their user");
}

fn session(user: UserId, token: u8, until: i64) -> Session {
    Session {
        token_hash: [token; 32],
        user,
        created_at: at(0),
        expires_at: at(until),
    }
}

async fn a_session_ends_when_it_expires(record: Record) {
    let store = &*record.store;
    let ana = store.put_user(&user("ana")).await.unwrap();
    let (short, long) = (session(ana, 1, 60), session(ana, 0xfe, 600));
    store.put_session(&short).await.unwrap();
    store.put_session(&long).await.unwrap();
    let hash = &short.token_hash;
    let before = store.session(hash, at(59)).await.unwrap();
    let ana = store
        .user_named("ana")
        .await
        .unwrap()
        .expect("she is there");
    assert_eq!(before, Some((short.clone(), ana)));
    assert_eq!(store.user_named("Ana").await.unwrap(), None);
    assert_eq!(store.session(hash, at(60)).await.unwrap(), None);
    let hash = &long.token_hash;
    assert!(store.session(hash, at(60)).await.unwrap().is_some());
    store.delete_session(hash).await.unwrap();
    assert_eq!(store.session(hash, at(60)).await.unwrap(), None);
}

async fn what_is_not_there_cannot_be_changed_or_removed(record: Record) {
    let store = &*record.store;
    let ghost = Trunk {
        id: TrunkId::new(44),
        ..trunk()
    };
    let version = store.config_version().await.unwrap();
    let errors = [
        store.put_trunk(&ghost).await.err(),
        store.remove_trunk(TrunkId::new(44)).await.err(),
        store.remove_agent(AgentId::new(44)).await.err(),
        store.remove_campaign(CampaignId::new(44)).await.err(),
        store.remove_user(UserId::new(44)).await.err(),
        store
            .set_campaign_state(CampaignId::new(44), CampaignState::Running)
            .await
            .err(),
        store
            .attach_list(CampaignId::new(44), domain::ListId::new(1))
            .await
            .err(),
    ];
    for error in errors {
        let not_found = matches!(error, Some(StoreError::NotFound { .. }));
        assert!(not_found, "{error:?}");
    }
    assert_eq!(store.config_version().await.unwrap(), version);
}
