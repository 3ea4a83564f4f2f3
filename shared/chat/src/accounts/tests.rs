use std::time::Duration;

use runtime::Tasks;
use runtime::config::TokensConfig;
use tempfile::TempDir;

use super::*;
use crate::ChatError;
use crate::passwords::Cost;

mod ended;
mod online;

/// Accounts on a database of their own, at a time of their own.
struct House {
    accounts: Accounts,
    chat: Chat,
    clock: Clock,
    _tasks: Tasks,
    _folder: TempDir,
}

async fn house(reuse: RefreshReuse) -> House {
    house_on(reuse, |clock| bus::InProcess::by(clock).attach().0).await
}

async fn house_on(reuse: RefreshReuse, bus: impl FnOnce(Clock) -> Arc<dyn bus::Bus>) -> House {
    let folder = tempfile::tempdir().unwrap();
    let url = Store::sqlite_url(&folder.path().join("chat.db"));
    let store = Store::connect(&url, 4).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::fixed(chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().into());
    let config = TokensConfig {
        secret: "a secret of at least thirty-two bytes".into(),
        ..TokensConfig::default()
    };
    let tokens = Tokens::new(&config, clock.clone()).unwrap();
    let passwords = Passwords::new(Cost::CHEAPEST).unwrap();
    let tasks = Tasks::new();
    let chat = Chat::start(store, bus(clock.clone()), clock.clone(), &tasks);
    House {
        accounts: Accounts::new(&chat, passwords, tokens, reuse),
        chat,
        clock,
        _tasks: tasks,
        _folder: folder,
    }
}

impl House {
    async fn register(&self, username: &str) -> SignedIn {
        let new = Registration {
            username: username.into(),
            password: "password of ".to_owned() + username,
            email: format!("{username}@example.org"),
            first_name: String::new(),
            last_name: String::new(),
        };
        self.accounts.register(new).await.unwrap()
    }

    async fn login(&self, username: &str) -> Result<SignedIn, AccountError> {
        let password = "password of ".to_owned() + username;
        self.accounts.login(Login::Username(username), &password).await
    }

    async fn change_password(&self, user: &User, from: &str, to: &str) {
        let proven = self.accounts.prove(user, from).await.unwrap().unwrap();
        self.accounts.change_password(proven, None, to).await.unwrap();
    }

    async fn refuses(&self, refresh: &str) -> TokenError {
        match self.accounts.refresh(refresh).await {
            Err(AccountError::Token(fault)) => fault,
            Err(other) => panic!("another refusal: {other}"),
            Ok(_) => panic!("the token was exchanged"),
        }
    }

    async fn user(&self, id: UserId) -> User {
        self.accounts.user(id).await.unwrap().unwrap()
    }

    async fn stored(&self, refresh: &str) -> Option<store::Session> {
        let hash = Tokens::fingerprint(refresh);
        self.accounts.store.session(&hash).await.unwrap()
    }
}

fn refusal<T>(result: Result<T, AccountError>) -> AccountError {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_name_is_taken_once_and_case_matters() {
    let house = house(RefreshReuse::Lenient).await;
    house.register("anna").await;
    house.register("ANNA").await;
    assert!(house.accounts.is_username_taken("anna").await.unwrap());
    let again = Registration {
        username: "anna".into(),
        password: "something".into(),
        email: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    };
    assert!(matches!(
        refusal(house.accounts.register(again).await),
        AccountError::UsernameTaken
    ));
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let house = house(RefreshReuse::Lenient).await;
    house.register("anna").await;
    for (login, password) in [
        (Login::Username("anna"), "password of boris"),
        (Login::Username("nobody"), "password of anna"),
        (Login::Username("anna\0"), "password of anna"),
        (Login::Username("anna@example.org"), "password of anna"),
        (Login::Email("anna"), "password of anna"),
        (Login::Email(""), "password of anna"),
    ] {
        let refused = refusal(house.accounts.login(login, password).await);
        assert!(matches!(refused, AccountError::WrongCredentials), "{login:?}");
    }
}

#[tokio::test]
async fn an_email_address_signs_in_whoever_registered_it_first() {
    let house = house(RefreshReuse::Lenient).await;
    let first = house.register("anna").await.user;
    let login = Login::Email("ANNA@example.org");
    let signed_in = house.accounts.login(login, "password of anna").await.unwrap();
    assert_eq!(signed_in.user.id, first.id);
}

#[tokio::test]
async fn signing_in_makes_online_and_signing_out_offline_and_both_move_last_seen() {
    let house = house(RefreshReuse::Lenient).await;
    let id = house.register("anna").await.user.id;
    assert!(!house.user(id).await.is_online);

    house.clock.advance(Duration::from_secs(5));
    house.login("anna").await.unwrap();
    let online = house.user(id).await;
    assert!(online.is_online);
    assert_eq!(online.last_seen, Some(house.clock.now()));

    house.clock.advance(Duration::from_secs(5));
    house.accounts.logout(id, None, None).await.unwrap();
    let offline = house.user(id).await;
    assert!(!offline.is_online);
    assert_eq!(offline.last_seen, Some(house.clock.now()));
}

#[tokio::test]
async fn a_login_makes_a_hash_of_another_cost_anew() {
    let mut house = house(RefreshReuse::Lenient).await;
    let old = house.register("anna").await.user.password_hash;
    house.accounts.passwords = Passwords::new(Cost {
        passes: Cost::CHEAPEST.passes + 1,
        ..Cost::CHEAPEST
    })
    .unwrap();
    let user = house.login("anna").await.unwrap().user;
    let new = house.user(user.id).await.password_hash;
    assert_ne!(new, old);
    house.login("anna").await.unwrap();
    assert_eq!(house.user(user.id).await.password_hash, new);
}

#[tokio::test]
async fn only_the_fingerprint_of_a_refresh_token_is_stored() {
    let house = house(RefreshReuse::Lenient).await;
    let refresh = house.register("anna").await.tokens.refresh;
    let session = house.stored(&refresh).await.unwrap();
    assert_eq!(session.token_hash, Tokens::fingerprint(&refresh));
    assert_eq!(session.parent, None);
}

#[tokio::test]
async fn an_exchange_gives_a_new_pair_of_the_same_family() {
    let house = house(RefreshReuse::Lenient).await;
    let first = house.register("anna").await;
    let second = house.accounts.refresh(&first.tokens.refresh).await.unwrap();
    let (parent, child) = (
        house.stored(&first.tokens.refresh).await.unwrap(),
        house.stored(&second.refresh).await.unwrap(),
    );
    assert_eq!(child.family, parent.family);
    assert_eq!(child.parent, Some(parent.token_hash));
    assert_eq!(parent.used_at, Some(house.clock.now()));
    let access = house.accounts.tokens.verify_access(&second.access).unwrap();
    assert_eq!(access.user, first.user.id);
}

#[tokio::test]
async fn leniently_a_refresh_token_is_good_until_it_runs_out() {
    let house = house(RefreshReuse::Lenient).await;
    let first = house.register("anna").await.tokens.refresh;
    for _ in 0..3 {
        house.accounts.refresh(&first).await.unwrap();
    }
    let expires_at = house.stored(&first).await.unwrap().expires_at;
    let left = expires_at.utc() - house.clock.now().utc();
    house.clock.advance(left.to_std().unwrap());
    assert_eq!(house.refuses(&first).await, TokenError::Expired);
}

#[tokio::test]
async fn strictly_a_second_exchange_ends_the_whole_family() {
    let house = house(RefreshReuse::Strict).await;
    let first = house.register("anna").await.tokens.refresh;
    let second = house.accounts.refresh(&first).await.unwrap().refresh;
    let third = house.accounts.refresh(&second).await.unwrap().refresh;
    assert_eq!(house.refuses(&first).await, TokenError::Invalid);
    assert_eq!(house.refuses(&third).await, TokenError::Invalid);
}

#[tokio::test]
async fn strictly_of_many_exchanges_at_once_one_at_most_succeeds_and_its_family_ends() {
    let house = house(RefreshReuse::Strict).await;
    let first = house.register("anna").await.tokens.refresh;
    let (a, b, c) = tokio::join!(
        house.accounts.refresh(&first),
        house.accounts.refresh(&first),
        house.accounts.refresh(&first),
    );
    let exchanged: Vec<_> = [a, b, c].into_iter().filter_map(Result::ok).collect();
    assert!(exchanged.len() <= 1);
    for issued in exchanged {
        assert_eq!(house.refuses(&issued.refresh).await, TokenError::Invalid);
    }
}

#[tokio::test]
async fn reuse_in_one_family_leaves_the_others_alone() {
    let house = house(RefreshReuse::Strict).await;
    let phone = house.register("anna").await.tokens.refresh;
    let laptop = house.login("anna").await.unwrap().tokens.refresh;
    house.accounts.refresh(&phone).await.unwrap();
    house.refuses(&phone).await;
    house.accounts.refresh(&laptop).await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_no_refresh_token_of_ours_is_refused() {
    let house = house(RefreshReuse::Lenient).await;
    let access = house.register("anna").await.tokens.access;
    assert_eq!(house.refuses(&access).await, TokenError::WrongType);
    assert_eq!(house.refuses("garbage").await, TokenError::Invalid);
    // Signed by us, but never issued.
    let (unknown, _) = house.accounts.tokens.refresh(UserId(1), uuid::Uuid::new_v4());
    assert_eq!(house.refuses(&unknown).await, TokenError::Invalid);
}

#[tokio::test]
async fn signing_out_ends_the_family_of_the_token_and_no_other() {
    let house = house(RefreshReuse::Lenient).await;
    let phone = house.register("anna").await;
    let laptop = house.login("anna").await.unwrap();
    let phones_next = house.accounts.refresh(&phone.tokens.refresh).await.unwrap();
    house
        .accounts
        .logout(phone.user.id, None, Some(&phone.tokens.refresh))
        .await
        .unwrap();
    assert_eq!(house.refuses(&phone.tokens.refresh).await, TokenError::Invalid);
    assert_eq!(house.refuses(&phones_next.refresh).await, TokenError::Invalid);
    house.accounts.refresh(&laptop.tokens.refresh).await.unwrap();
}

#[tokio::test]
async fn signing_out_with_somebody_elses_token_ends_nothing() {
    let house = house(RefreshReuse::Lenient).await;
    let anna = house.register("anna").await;
    let boris = house.register("boris").await;
    for odd in [anna.tokens.refresh.as_str(), "garbage", ""] {
        house
            .accounts
            .logout(boris.user.id, None, Some(odd))
            .await
            .unwrap();
    }
    house.accounts.refresh(&anna.tokens.refresh).await.unwrap();
    house.accounts.refresh(&boris.tokens.refresh).await.unwrap();
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one_and_ends_every_family() {
    let house = house(RefreshReuse::Lenient).await;
    let phone = house.register("anna").await;
    let laptop = house.login("anna").await.unwrap();
    let boris = house.register("boris").await;
    house
        .change_password(&phone.user, "password of anna", "new password")
        .await;
    assert_eq!(house.refuses(&phone.tokens.refresh).await, TokenError::Invalid);
    assert_eq!(house.refuses(&laptop.tokens.refresh).await, TokenError::Invalid);
    house.accounts.refresh(&boris.tokens.refresh).await.unwrap();
    assert!(matches!(
        refusal(house.login("anna").await),
        AccountError::WrongCredentials
    ));
    let login = Login::Username("anna");
    house.accounts.login(login, "new password").await.unwrap();
}

#[tokio::test]
async fn a_login_that_was_overtaken_by_a_change_of_password_opens_no_session() {
    let house = house(RefreshReuse::Lenient).await;
    let compared = house.register("anna").await.user;
    house
        .change_password(&compared, "password of anna", "new password")
        .await;
    let admitted = house.accounts.admit(&compared).await;
    assert!(matches!(refusal(admitted), AccountError::WrongCredentials));
}

#[tokio::test]
async fn another_password_proves_nothing() {
    let house = house(RefreshReuse::Lenient).await;
    let anna = house.register("anna").await.user;
    assert!(house.accounts.prove(&anna, "password").await.unwrap().is_none());
}

#[tokio::test]
async fn an_email_address_may_be_kept_or_cleared_but_not_taken_from_somebody_else() {
    let house = house(RefreshReuse::Lenient).await;
    let anna = house.register("anna").await.user;
    house.register("boris").await;
    let to = |email: &str| ProfilePatch {
        email: Some(email.into()),
        ..ProfilePatch::default()
    };
    let taken = house
        .accounts
        .update_profile(&anna, to("BORIS@example.org"))
        .await;
    assert!(matches!(refusal(taken), AccountError::EmailTaken));
    for free in ["anna@example.org", "anna@example.com", ""] {
        let updated = house.accounts.update_profile(&anna, to(free)).await.unwrap();
        assert_eq!(updated.email, free);
    }
}

#[tokio::test]
async fn the_directory_leaves_the_caller_out_and_a_blank_search_finds_nobody() {
    let house = house(RefreshReuse::Lenient).await;
    let anna = house.register("anna").await.user;
    let hanna = house.register("Hanna").await.user;
    let found = |query: &'static str| house.accounts.search(query, anna.id);
    assert_eq!(found("ANN").await.unwrap(), [house.user(hanna.id).await]);
    for nobody in ["", " \t", "%", "\0"] {
        assert_eq!(found(nobody).await.unwrap(), []);
    }
    assert_eq!(house.accounts.others(anna.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_that_have_run_out_are_forgotten_when_later_ones_are_issued() {
    let house = house(RefreshReuse::Lenient).await;
    let old = house.register("anna").await.tokens.refresh;
    let expires_at = house.stored(&old).await.unwrap().expires_at;
    let left = expires_at.utc() - house.clock.now().utc();
    house.login("anna").await.unwrap();
    house.clock.advance(left.to_std().unwrap());
    assert!(house.stored(&old).await.is_some());
    let new = house.login("anna").await.unwrap().tokens.refresh;
    assert!(house.stored(&old).await.is_none());
    assert!(house.stored(&new).await.is_some());
}
