use super::*;

fn passwords() -> Passwords {
    Passwords::new(Cost::CHEAPEST).unwrap()
}

#[tokio::test]
async fn only_the_same_password_is_right() {
    let passwords = passwords();
    let stored = passwords.hash("correct horse").await.unwrap();
    let verdict = async |password| passwords.verify(Some(&stored), password).await.unwrap();
    assert_eq!(verdict("correct horse").await, Verdict::Right);
    assert_eq!(verdict("correct horse ").await, Verdict::Wrong);
    assert_eq!(verdict("").await, Verdict::Wrong);
}

#[tokio::test]
async fn the_same_password_hashes_differently_each_time() {
    let passwords = passwords();
    let (first, second) = (
        passwords.hash("secret").await.unwrap(),
        passwords.hash("secret").await.unwrap(),
    );
    assert!(first.starts_with("$argon2id$"));
    assert_ne!(first, second);
}

#[tokio::test]
async fn without_a_hash_every_password_is_wrong() {
    assert_eq!(passwords().verify(None, "secret").await.unwrap(), Verdict::Wrong);
}

#[tokio::test]
async fn a_hash_of_another_cost_is_right_but_outdated() {
    let stored = passwords().hash("secret").await.unwrap();
    let dearer = Passwords::new(Cost {
        passes: Cost::CHEAPEST.passes + 1,
        ..Cost::CHEAPEST
    })
    .unwrap();
    assert_eq!(
        dearer.verify(Some(&stored), "secret").await.unwrap(),
        Verdict::RightButOutdated
    );
    assert_eq!(
        dearer.verify(Some(&stored), "other").await.unwrap(),
        Verdict::Wrong
    );
}

#[tokio::test]
async fn a_stored_hash_that_cannot_be_read_is_an_error_not_a_wrong_password() {
    let verdict = passwords().verify(Some("plaintext"), "plaintext").await;
    assert!(matches!(verdict, Err(PasswordError::Hash(_))));
}

#[test]
fn a_cost_that_argon2_does_not_know_is_refused() {
    let free = Cost {
        passes: 0,
        ..Cost::CHEAPEST
    };
    assert!(matches!(Passwords::new(free), Err(PasswordError::Hash(_))));
}

#[tokio::test]
async fn beyond_the_named_queue_callers_are_refused_at_once() {
    let passwords = Passwords::on_cores(Cost::CHEAPEST, NonZeroUsize::MIN).unwrap();
    let _the_core = passwords.cores.clone().acquire_owned().await.unwrap();
    let _the_queue = passwords
        .room
        .clone()
        .try_acquire_many_owned(u32::try_from(1 + WAITING_PER_CORE).unwrap())
        .unwrap();
    assert!(matches!(passwords.hash("secret").await, Err(PasswordError::Busy)));
}

#[tokio::test]
async fn a_hash_makes_room_for_the_next_one() {
    let passwords = Passwords::on_cores(Cost::CHEAPEST, NonZeroUsize::MIN).unwrap();
    for _ in 0..=2 * WAITING_PER_CORE {
        passwords.verify(None, "secret").await.unwrap();
    }
    assert_eq!(passwords.room.available_permits(), 1 + WAITING_PER_CORE);
    assert_eq!(passwords.cores.available_permits(), 1);
}
