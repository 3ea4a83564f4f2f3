//! Own accounts, with the bodies that the clients of the Mini Chat Backend know: shapes in [`shapes`], words in
//! [`crate::drf`]. One handler file for each thing that a person does: sign in and out, mind a profile, find others.

mod people;
mod profile;
pub(crate) mod shapes;
mod sign_in;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;
use crate::router::EitherSlash as _;

/// What stands below `/api/auth`.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .both(routes!(sign_in::register))
        .both(routes!(sign_in::login))
        .both(routes!(sign_in::refresh))
        .both(routes!(sign_in::logout))
        .both(routes!(profile::me))
        .both(routes!(profile::read, profile::replace, profile::update))
        .both(routes!(profile::change_password))
        .both(routes!(people::search))
        .both(routes!(people::list))
}

/// Where the clients of the other two seeds sign in and exchange tokens; whole paths.
pub(crate) fn aliases() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .both(routes!(sign_in::login_by_email))
        .both(routes!(sign_in::refresh_for_kstu))
        .both(routes!(sign_in::refresh_for_oko))
}
