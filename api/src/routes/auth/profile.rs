//! One's own profile and password.

use axum::Json;
use axum::extract::State;
use protocol::limits;
use store::ProfilePatch;
use utoipa::ToSchema;

use super::shapes::{Done, OwnProfile, Person, ProfileChanged, Refusals};
use super::sign_in::{EMAIL_CHARS, NAME_CHARS, PASSWORD_CHARS};
use crate::AppState;
use crate::drf::{Fields, NON_FIELD, Refusal, Rule};
use crate::error::ApiError;
use crate::extract::{Bearer, KnownCaller};

/// Under `old_password`, when it is not the caller's.
const WRONG_PASSWORD: &str = "Неверный текущий пароль";

/// Who one is.
#[utoipa::path(
    get,
    path = "/me/",
    operation_id = "read_me",
    tag = "accounts",
    responses((status = 200, description = "The caller.", body = Person), Refusals)
)]
pub(crate) async fn me(KnownCaller(user): KnownCaller) -> Json<Person> {
    Json(user.into())
}

/// One's own profile.
#[utoipa::path(
    get,
    path = "/profile/",
    operation_id = "read_profile",
    tag = "accounts",
    responses((status = 200, description = "The profile.", body = OwnProfile), Refusals)
)]
pub(crate) async fn read(KnownCaller(user): KnownCaller) -> Json<OwnProfile> {
    Json(user.into())
}

/// Changes to one's own profile. The username cannot be changed.
#[derive(ToSchema)]
pub(crate) struct UpdateProfile {
    #[schema(max_length = 150)]
    first_name: Option<String>,
    #[schema(max_length = 150)]
    last_name: Option<String>,
    /// Empty, or an address that nobody else has.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Empty, or an `http(s)` address of a picture.
    #[schema(max_length = 2048)]
    avatar: Option<String>,
}

impl UpdateProfile {
    fn read(fields: &mut Fields) -> Self {
        Self {
            first_name: fields.optional("first_name", &[Rule::Max(NAME_CHARS)]),
            last_name: fields.optional("last_name", &[Rule::Max(NAME_CHARS)]),
            email: fields.optional("email", &[Rule::Max(EMAIL_CHARS), Rule::Email]),
            avatar: fields.optional("avatar", &[Rule::Max(limits::URL_CHARS), Rule::HttpUrl]),
        }
    }
}

impl From<UpdateProfile> for ProfilePatch {
    fn from(update: UpdateProfile) -> Self {
        Self {
            email: update.email,
            first_name: update.first_name,
            last_name: update.last_name,
            avatar: update.avatar,
        }
    }
}

/// Changes the fields that are sent; every one of them may be left out.
#[utoipa::path(
    put,
    path = "/profile/",
    operation_id = "replace_profile",
    tag = "accounts",
    request_body = UpdateProfile,
    responses((status = 200, description = "The profile as it is now.", body = ProfileChanged), Refusals)
)]
pub(crate) async fn replace(
    state: State<AppState>,
    caller: KnownCaller,
    fields: Fields,
) -> Result<Json<ProfileChanged>, ApiError> {
    update(state, caller, fields).await
}

/// Changes the fields that are sent.
#[utoipa::path(
    patch,
    path = "/profile/",
    operation_id = "update_profile",
    tag = "accounts",
    request_body = UpdateProfile,
    responses((status = 200, description = "The profile as it is now.", body = ProfileChanged), Refusals)
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    KnownCaller(user): KnownCaller,
    mut fields: Fields,
) -> Result<Json<ProfileChanged>, ApiError> {
    let update = UpdateProfile::read(&mut fields);
    fields.check()?;
    let user = state.accounts.update_profile(&user, update.into()).await?;
    Ok(Json(ProfileChanged {
        user: user.into(),
        message: "Профиль успешно обновлен",
    }))
}

/// A new password, and the proof that one may set it.
#[derive(ToSchema)]
pub(crate) struct ChangePassword {
    old_password: String,
    /// Spaces around it do not count.
    #[schema(min_length = 8)]
    new_password: String,
    /// The same again.
    new_password_confirm: String,
}

impl ChangePassword {
    fn read(fields: &mut Fields) -> Self {
        Self {
            old_password: fields.required("old_password", &[]),
            new_password: fields.required("new_password", &[Rule::Min(PASSWORD_CHARS)]),
            new_password_confirm: fields.required("new_password_confirm", &[]),
        }
    }
}

/// Changes one's password. Everything that one is signed in with ends, sockets too, but for the access token of this
/// request and others of the same sign-in: they last until they run out.
#[utoipa::path(
    post,
    path = "/change-password/",
    operation_id = "change_password",
    tag = "accounts",
    request_body = ChangePassword,
    responses((status = 200, description = "It is changed.", body = Done), Refusals)
)]
pub(crate) async fn change_password(
    State(state): State<AppState>,
    Bearer(access): Bearer,
    KnownCaller(user): KnownCaller,
    mut fields: Fields,
) -> Result<Json<Done>, ApiError> {
    let change = ChangePassword::read(&mut fields);
    let mut proven = None;
    if !fields.is_at_fault("old_password") {
        proven = state.accounts.prove(&user, &change.old_password).await?;
        if proven.is_none() {
            fields.refuse("old_password", WRONG_PASSWORD);
        }
    }
    fields.check()?;
    let proven = proven.ok_or_else(|| Refusal::field("old_password", WRONG_PASSWORD))?;
    if change.new_password != change.new_password_confirm {
        return Err(Refusal::field(NON_FIELD, "Новые пароли не совпадают").into());
    }
    state
        .accounts
        .change_password(proven, access.sign_in, &change.new_password)
        .await?;
    Ok(Json(Done {
        message: "Пароль успешно изменен",
    }))
}
