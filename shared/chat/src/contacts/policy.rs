//! Where texts are screened, and what becomes of those that give something away: the installation's settings as what
//! the store asks before it stores.

use std::time::Duration;

use protocol::models::ContactPolicy;
use runtime::config::{ContactDetector, ContactMode, ContactProtection, ContactsConfig};
use store::{Earlier, Judgement, Screening, Terms};

use super::{Allowed, Detector, Screen};
use crate::conversations::ORDER_SERVICE;

/// What is read of an author before a text of theirs is judged: a number sent digit by digit takes eleven messages,
/// and nobody waits minutes between two digits.
const EARLIER: Earlier = Earlier {
    count: 12,
    within: Duration::from_mins(3),
};

/// The installation's contact protection.
#[derive(Clone, Debug)]
pub struct Policy {
    protect: ContactProtection,
    mode: ContactMode,
    screen: Screen,
}

impl Policy {
    /// As the settings say.
    pub fn of(config: &ContactsConfig) -> Self {
        let detector = match config.detector {
            ContactDetector::Seed => Detector::Seed,
            ContactDetector::Strong => Detector::Strong,
        };
        Self {
            protect: config.protect,
            mode: config.mode,
            screen: Screen::new(detector, Allowed::new(&config.allow)),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::of(&ContactsConfig::default())
    }
}

impl store::Screen for Policy {
    fn applies(&self, terms: &Terms<'_>) -> bool {
        match (terms.screening, terms.policy, self.protect) {
            (Screening::Waived, ..)
            | (_, Some(ContactPolicy::Off), _)
            | (_, None, ContactProtection::Off) => false,
            (_, Some(ContactPolicy::On), _) | (_, None, ContactProtection::All) => true,
            (screening, None, ContactProtection::Orders) => {
                screening == Screening::Demanded || terms.service == Some(ORDER_SERVICE)
            }
        }
    }

    fn earlier(&self) -> Option<Earlier> {
        self.screen.reads_earlier().then_some(EARLIER)
    }

    fn judge(&self, text: &str, earlier: &[&str]) -> Judgement {
        let Some(finding) = self.screen.judge(text, earlier) else {
            return Judgement::Pass;
        };
        match self.mode {
            ContactMode::Reject => Judgement::Refuse,
            ContactMode::Mask => Judgement::Mask(finding.mask(text)),
            ContactMode::Hold => Judgement::Hold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Screen as _;

    fn policy(protect: ContactProtection) -> Policy {
        Policy::of(&ContactsConfig {
            protect,
            ..ContactsConfig::default()
        })
    }

    fn terms(service: Option<&str>, policy: Option<ContactPolicy>, screening: Screening) -> Terms<'_> {
        Terms {
            service,
            policy,
            screening,
        }
    }

    #[test]
    fn by_default_orders_and_ways_in_that_demand_it_are_screened_and_nothing_else() {
        let policy = Policy::default();
        assert!(policy.applies(&terms(Some("order"), None, Screening::ByPolicy)));
        assert!(policy.applies(&terms(None, None, Screening::Demanded)));
        assert!(!policy.applies(&terms(Some("course"), None, Screening::ByPolicy)));
        assert!(!policy.applies(&terms(None, None, Screening::ByPolicy)));
    }

    #[test]
    fn the_whole_installation_is_switched_on_and_off() {
        for service in [None, Some("order")] {
            for screening in [Screening::ByPolicy, Screening::Demanded] {
                let terms = terms(service, None, screening);
                assert!(policy(ContactProtection::All).applies(&terms));
                assert!(!policy(ContactProtection::Off).applies(&terms));
            }
        }
    }

    #[test]
    fn an_administrators_word_for_one_conversation_counts_more_than_the_installations() {
        for protect in [
            ContactProtection::Off,
            ContactProtection::Orders,
            ContactProtection::All,
        ] {
            for screening in [Screening::ByPolicy, Screening::Demanded] {
                let on = terms(None, Some(ContactPolicy::On), screening);
                let off = terms(Some("order"), Some(ContactPolicy::Off), screening);
                assert!(policy(protect).applies(&on));
                assert!(!policy(protect).applies(&off));
            }
        }
    }

    #[test]
    fn what_an_administrator_has_read_is_not_judged() {
        let on = terms(Some("order"), Some(ContactPolicy::On), Screening::Waived);
        assert!(!policy(ContactProtection::All).applies(&on));
    }
}
