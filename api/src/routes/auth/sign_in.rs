//! Registering, signing in and out, and exchanging tokens.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chat::accounts::{Login, Registration};
use protocol::problem::ProblemCode;
use utoipa::ToSchema;

use super::shapes::{Done, EmailWelcome, Refusals, Tokens, Welcome};
use crate::AppState;
use crate::drf::{Fields, NON_FIELD, Refusal, Rule, USERNAME_TAKEN};
use crate::error::ApiError;
use crate::extract::{Bearer, KnownCaller};

/// Characters of a username, as the seeds' servers counted them.
pub(super) const USERNAME_CHARS: usize = 150;

/// Characters of a given or family name, likewise.
pub(super) const NAME_CHARS: usize = 150;

/// Characters of an e-mail address: the longest that a mail server accepts.
pub(super) const EMAIL_CHARS: usize = 254;

/// Characters that a new password has at least.
pub(super) const PASSWORD_CHARS: usize = 8;

/// A new account.
#[derive(ToSchema)]
pub(crate) struct Register {
    /// Letters, digits and `@.+-_`; unique, case-sensitive.
    #[schema(max_length = 150)]
    username: String,
    /// Spaces around it do not count.
    #[schema(min_length = 8)]
    password: String,
    /// The same again.
    password_confirm: String,
    /// Need not be unique.
    #[schema(max_length = 254)]
    email: Option<String>,
    #[schema(max_length = 150)]
    first_name: Option<String>,
    #[schema(max_length = 150)]
    last_name: Option<String>,
}

impl Register {
    fn read(fields: &mut Fields) -> Self {
        Self {
            username: fields.required("username", &[Rule::Username, Rule::Max(USERNAME_CHARS)]),
            password: fields.required("password", &[Rule::Min(PASSWORD_CHARS)]),
            password_confirm: fields.required("password_confirm", &[]),
            email: fields.optional("email", &[Rule::Max(EMAIL_CHARS), Rule::Email]),
            first_name: fields.optional("first_name", &[Rule::Max(NAME_CHARS)]),
            last_name: fields.optional("last_name", &[Rule::Max(NAME_CHARS)]),
        }
    }
}

impl From<Register> for Registration {
    fn from(new: Register) -> Self {
        Self {
            username: new.username,
            password: new.password,
            email: new.email.unwrap_or_default(),
            first_name: new.first_name.unwrap_or_default(),
            last_name: new.last_name.unwrap_or_default(),
        }
    }
}

/// Makes an account and signs it in.
#[utoipa::path(
    post,
    path = "/register/",
    operation_id = "register",
    tag = "accounts",
    security(()),
    request_body = Register,
    responses((status = 201, description = "It was made.", body = Welcome), Refusals)
)]
pub(crate) async fn register(
    State(state): State<AppState>,
    mut fields: Fields,
) -> Result<(StatusCode, Json<Welcome>), ApiError> {
    let new = Register::read(&mut fields);
    if !fields.is_at_fault("username") && state.accounts.is_username_taken(&new.username).await? {
        fields.refuse("username", USERNAME_TAKEN);
    }
    fields.check()?;
    if new.password != new.password_confirm {
        return Err(Refusal::field(NON_FIELD, "Пароли не совпадают").into());
    }
    let signed_in = state.accounts.register(new.into()).await?;
    let welcome = Welcome::new(signed_in, "Пользователь успешно зарегистрирован");
    Ok((StatusCode::CREATED, Json(welcome)))
}

/// Who one is, and the proof.
#[derive(ToSchema)]
pub(crate) struct Credentials {
    /// Case-sensitive; not the e-mail address.
    username: String,
    /// Spaces around it do not count.
    password: String,
}

/// Signs in by username. A wrong password and a name that nobody has are answered alike.
#[utoipa::path(
    post,
    path = "/login/",
    operation_id = "login",
    tag = "accounts",
    security(()),
    request_body = Credentials,
    responses((status = 200, description = "Welcome.", body = Welcome), Refusals)
)]
pub(crate) async fn login(
    State(state): State<AppState>,
    mut fields: Fields,
) -> Result<Json<Welcome>, ApiError> {
    let (username, password) = (fields.present("username"), fields.present("password"));
    fields.check()?;
    let (Some(username), Some(password)) = (username, password) else {
        return Err(missing("Необходимо указать имя пользователя и пароль"));
    };
    let given = Credentials { username, password };
    let signed_in = state
        .accounts
        .login(Login::Username(&given.username), &given.password)
        .await?;
    Ok(Json(Welcome::new(signed_in, "Успешный вход")))
}

/// Who one is, and the proof.
#[derive(ToSchema)]
pub(crate) struct EmailCredentials {
    /// Without case.
    email: String,
    /// Spaces around it do not count.
    password: String,
}

/// Signs in by e-mail address, where the KSTU client looks for it. Of several people who have the address, the
/// first to register is meant.
#[utoipa::path(
    post,
    path = "/educations/api/v1/users/auth/",
    operation_id = "login_by_email",
    tag = "accounts",
    security(()),
    request_body = EmailCredentials,
    responses((status = 200, description = "Welcome.", body = EmailWelcome), Refusals)
)]
pub(crate) async fn login_by_email(
    State(state): State<AppState>,
    mut fields: Fields,
) -> Result<Json<EmailWelcome>, ApiError> {
    let (email, password) = (fields.present("email"), fields.present("password"));
    fields.check()?;
    let (Some(email), Some(password)) = (email, password) else {
        return Err(missing("Необходимо указать email и пароль"));
    };
    let given = EmailCredentials { email, password };
    let signed_in = state
        .accounts
        .login(Login::Email(&given.email), &given.password)
        .await?;
    Ok(Json(signed_in.into()))
}

fn missing(text: &'static str) -> ApiError {
    Refusal::Error(ProblemCode::Invalid, text).into()
}

/// A refresh token to exchange.
#[derive(ToSchema)]
pub(crate) struct Exchange {
    /// As it was issued.
    refresh: String,
}

/// Exchanges a refresh token for a new pair. Unless this installation is strict, the old one stays good until it
/// runs out.
#[utoipa::path(
    post,
    path = "/token/refresh/",
    operation_id = "refresh_tokens",
    tag = "accounts",
    security(()),
    request_body = Exchange,
    responses((status = 200, description = "The new pair.", body = Tokens), Refusals)
)]
pub(crate) async fn refresh(
    State(state): State<AppState>,
    mut fields: Fields,
) -> Result<Json<Tokens>, ApiError> {
    let exchange = Exchange {
        refresh: fields.required("refresh", &[]),
    };
    fields.check()?;
    let issued = state.accounts.refresh(&exchange.refresh).await?;
    Ok(Json(issued.into()))
}

/// As `/api/auth/token/refresh/`, where the KSTU client looks for it.
#[utoipa::path(
    post,
    path = "/educations/api/v1/users/refresh/",
    operation_id = "refresh_tokens_for_kstu",
    tag = "accounts",
    security(()),
    request_body = Exchange,
    responses((status = 200, description = "The new pair.", body = Tokens), Refusals)
)]
pub(crate) async fn refresh_for_kstu(
    state: State<AppState>,
    fields: Fields,
) -> Result<Json<Tokens>, ApiError> {
    refresh(state, fields).await
}

/// As `/api/auth/token/refresh/`, where the OkoZnaniy client looks for it.
#[utoipa::path(
    post,
    path = "/api/users/token/refresh/",
    operation_id = "refresh_tokens_for_oko",
    tag = "accounts",
    security(()),
    request_body = Exchange,
    responses((status = 200, description = "The new pair.", body = Tokens), Refusals)
)]
pub(crate) async fn refresh_for_oko(
    state: State<AppState>,
    fields: Fields,
) -> Result<Json<Tokens>, ApiError> {
    refresh(state, fields).await
}

/// What signing out ends.
#[derive(ToSchema)]
pub(crate) struct Logout {
    /// All tokens that descend from the same sign-in as this one end too, should it be another than the caller's.
    refresh: Option<String>,
}

/// Signs out: all tokens that descend from the same sign-in as the one of this request end at once, and their sockets
/// are closed. Needs no body.
#[utoipa::path(
    post,
    path = "/logout/",
    operation_id = "logout",
    tag = "accounts",
    request_body = Option<Logout>,
    responses((status = 200, description = "Goodbye.", body = Done), Refusals)
)]
pub(crate) async fn logout(
    State(state): State<AppState>,
    Bearer(access): Bearer,
    KnownCaller(user): KnownCaller,
    mut fields: Fields,
) -> Result<Json<Done>, ApiError> {
    let leaving = Logout {
        refresh: fields.present("refresh"),
    };
    fields.check()?;
    state
        .accounts
        .logout(user.id, access.sign_in, leaving.refresh.as_deref())
        .await?;
    Ok(Json(Done {
        message: "Успешный выход",
    }))
}
