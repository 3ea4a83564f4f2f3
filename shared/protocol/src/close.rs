//! The one table of close codes. 44xx: do not retry as you are. 45xx and 1012: our side, come back and resume.

use std::time::Duration;

use serde::Serialize;

/// Why the server ends a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// 1000: both sides are done; also the echo of a client's own 1000.
    Normal,
    /// 1012: this node restarts; the others are there.
    Restart,
    /// 4400: what was sent is not this protocol (a frame over the size limit, a binary frame flood).
    Protocol,
    /// 4401: the token is bad, expired or revoked.
    Token,
    /// 4403: no longer a participant of the conversation that this socket is for.
    NotParticipant,
    /// 4404: the conversation that this socket is for was deleted.
    Deleted,
    /// 4408: no token within the time allowed.
    AuthTimeout,
    /// 4429: too many frames, or too many sockets.
    Limit,
    /// 4503: this node has more than it can carry.
    Overload,
    /// 4504: two heartbeats unanswered.
    NoPong,
    /// 4508: read too slowly; nothing is lost, resume.
    SlowReader,
    /// 4512: this node hands some of its sockets to others.
    Rebalance,
}

impl CloseCode {
    /// Every code, in order: for the documents and for metrics.
    pub const ALL: [Self; 12] = [
        Self::Normal,
        Self::Restart,
        Self::Protocol,
        Self::Token,
        Self::NotParticipant,
        Self::Deleted,
        Self::AuthTimeout,
        Self::Limit,
        Self::Overload,
        Self::NoPong,
        Self::SlowReader,
        Self::Rebalance,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Restart => 1012,
            Self::Protocol => 4400,
            Self::Token => 4401,
            Self::NotParticipant => 4403,
            Self::Deleted => 4404,
            Self::AuthTimeout => 4408,
            Self::Limit => 4429,
            Self::Overload => 4503,
            Self::NoPong => 4504,
            Self::SlowReader => 4508,
            Self::Rebalance => 4512,
        }
    }

    /// The word in the reason, stable for clients and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Restart => "restart",
            Self::Protocol => "protocol",
            Self::Token => "token",
            Self::NotParticipant => "not_participant",
            Self::Deleted => "deleted",
            Self::AuthTimeout => "auth_timeout",
            Self::Limit => "limit",
            Self::Overload => "overload",
            Self::NoPong => "no_pong",
            Self::SlowReader => "slow_reader",
            Self::Rebalance => "rebalance",
        }
    }

    /// Whether the client should come back and resume where it was.
    pub const fn may_resume(self) -> bool {
        self.number() >= 4500 || matches!(self, Self::Restart)
    }

    /// The reason text of the close frame: JSON, under the 123 bytes that a close frame has room for.
    pub fn reason(self, reconnect_after: Option<Duration>) -> String {
        #[derive(Serialize)]
        struct Reason {
            code: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            reconnect_after_ms: Option<u128>,
        }
        let reason = Reason {
            code: self.word(),
            reconnect_after_ms: reconnect_after.map(|pause| pause.as_millis()),
        };
        serde_json::to_string(&reason).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_fits_a_close_frame() {
        for code in CloseCode::ALL {
            assert!(
                code.reason(Some(Duration::from_hours(24))).len() <= 123,
                "{code:?}"
            );
        }
    }

    #[test]
    fn the_range_tells_whether_to_come_back() {
        for code in CloseCode::ALL {
            let by_range = matches!(code.number(), 1012 | 4500..=4599);
            assert_eq!(code.may_resume(), by_range, "{code:?}");
        }
    }
}
