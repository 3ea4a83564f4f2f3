//! What ends access tokens, and which. The clock stands still: every token here is of the same moment.

use runtime::tokens::{Access, SignIn};

use super::*;

impl House {
    fn access(&self, issued: &Issued) -> Access {
        self.accounts.tokens.verify_access(&issued.access).unwrap()
    }

    fn sign_in(&self, issued: &Issued) -> SignIn {
        self.access(issued).sign_in.unwrap()
    }

    /// As a door of this node would see it.
    fn counts(&self, issued: &Issued) -> bool {
        !self.accounts.revocations.is_revoked(&self.access(issued))
    }

    async fn change_by(&self, signed_in: &SignedIn, from: &str, to: &str) -> Result<(), AccountError> {
        let proven = self.accounts.prove(&signed_in.user, from).await.unwrap().unwrap();
        let by = Some(self.sign_in(&signed_in.tokens));
        self.accounts.change_password(proven, by, to).await
    }
}

#[tokio::test]
async fn signing_out_without_a_refresh_token_ends_the_sign_in_that_asks_and_no_other() {
    let house = house(RefreshReuse::Lenient).await;
    let phone = house.register("anna").await;
    let laptop = house.login("anna").await.unwrap();
    let phones_next = house.accounts.refresh(&phone.tokens.refresh).await.unwrap();
    let asking = Some(house.sign_in(&phone.tokens));
    house.accounts.logout(phone.user.id, asking, None).await.unwrap();
    assert!(!house.counts(&phone.tokens) && !house.counts(&phones_next));
    assert_eq!(house.refuses(&phones_next.refresh).await, TokenError::Invalid);
    assert!(house.counts(&laptop.tokens));
    house.accounts.refresh(&laptop.tokens.refresh).await.unwrap();
}

#[tokio::test]
async fn signing_out_ends_the_sign_in_of_the_refresh_token_too() {
    let house = house(RefreshReuse::Lenient).await;
    let phone = house.register("anna").await;
    let laptop = house.login("anna").await.unwrap();
    let (asking, named) = (house.sign_in(&phone.tokens), &laptop.tokens.refresh);
    let signing_out = house.accounts.logout(phone.user.id, Some(asking), Some(named));
    signing_out.await.unwrap();
    assert!(!house.counts(&phone.tokens) && !house.counts(&laptop.tokens));
}

#[tokio::test]
async fn a_new_password_ends_all_access_tokens_but_those_of_the_sign_in_that_set_it() {
    let house = house(RefreshReuse::Lenient).await;
    let phone = house.register("anna").await;
    let laptop = house.login("anna").await.unwrap();
    house
        .change_by(&phone, "password of anna", "new password")
        .await
        .unwrap();
    assert!(house.counts(&phone.tokens) && !house.counts(&laptop.tokens));
    // Of the same moment as what has just ended.
    let login = Login::Username("anna");
    let again = house.accounts.login(login, "new password").await.unwrap();
    assert!(house.counts(&again.tokens));
    let next = house.accounts.refresh(&again.tokens.refresh).await.unwrap();
    assert!(house.counts(&next));
    house.change_by(&again, "new password", "newer").await.unwrap();
    assert!(house.counts(&next) && !house.counts(&phone.tokens));
}

#[tokio::test]
async fn a_sign_in_that_has_ended_changes_no_password() {
    let house = house(RefreshReuse::Lenient).await;
    let phone = house.register("anna").await;
    let asking = Some(house.sign_in(&phone.tokens));
    house.accounts.logout(phone.user.id, asking, None).await.unwrap();
    let changed = house.change_by(&phone, "password of anna", "new password").await;
    assert!(matches!(refusal(changed), AccountError::SignedOut));
    house.login("anna").await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_access_tokens_of_its_family() {
    let house = house(RefreshReuse::Strict).await;
    let phone = house.register("anna").await;
    let laptop = house.login("anna").await.unwrap();
    let next = house.accounts.refresh(&phone.tokens.refresh).await.unwrap();
    assert!(house.counts(&phone.tokens) && house.counts(&next));
    house.refuses(&phone.tokens.refresh).await;
    assert!(!house.counts(&phone.tokens) && !house.counts(&next));
    assert!(house.counts(&laptop.tokens));
}

#[tokio::test]
async fn an_administrator_ends_everything_of_one_person() {
    let house = house(RefreshReuse::Lenient).await;
    let (anna, boris) = (house.register("anna").await, house.register("boris").await);
    let admin = User {
        role: "admin".to_owned(),
        ..boris.user.clone()
    };
    let revoke = |actor, whom| house.chat.revoke_tokens(actor, whom);
    let refused = revoke(&boris.user, anna.user.id).await;
    assert!(matches!(refused, Err(ChatError::Forbidden(_))));
    assert!(house.counts(&anna.tokens));
    revoke(&admin, anna.user.id).await.unwrap();
    assert!(!house.counts(&anna.tokens) && house.counts(&boris.tokens));
    assert_eq!(house.refuses(&anna.tokens.refresh).await, TokenError::Invalid);
    let again = house.login("anna").await.unwrap();
    assert!(house.counts(&again.tokens));
    let nobody = revoke(&admin, UserId(9_999)).await;
    assert!(matches!(nobody, Err(ChatError::NoUser)));
}

#[tokio::test]
async fn another_node_knows_at_its_next_look_what_was_revoked_before_and_after_its_start() {
    let house = house(RefreshReuse::Lenient).await;
    let (phone, laptop) = (house.register("anna").await, house.login("anna").await.unwrap());
    let end = async |signed_in: &SignedIn| {
        let asking = Some(house.sign_in(&signed_in.tokens));
        house
            .accounts
            .logout(signed_in.user.id, asking, None)
            .await
            .unwrap();
    };
    end(&phone).await;
    let (bus, _inbox) = bus::InProcess::new().attach();
    let other = Chat::start(
        house.accounts.store.clone(),
        bus,
        house.clock.clone(),
        &Tasks::new(),
    );
    let refuses = |signed_in: &SignedIn| other.revocations().is_revoked(&house.access(&signed_in.tokens));
    other.revocations().look().await.unwrap();
    assert!(refuses(&phone) && !refuses(&laptop));
    end(&laptop).await;
    other.revocations().look().await.unwrap();
    assert!(refuses(&laptop));
}
