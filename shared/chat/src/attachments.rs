//! Files of messages that lie elsewhere: only what they are and where is known here.

use protocol::models::Attachment;
use protocol::requests::CreateAttachment;
use protocol::{MessageId, UserId, limits};
use store::{Locked, NewAttachment};
use url::Url;

use crate::contention::retried;
use crate::error::Violation;
use crate::{Chat, ChatError};

impl Chat {
    /// Notes that a file belongs to a message of the caller's own; everybody in its conversation is told.
    pub async fn create_attachment(
        &self,
        actor: UserId,
        request: CreateAttachment,
    ) -> Result<Attachment, ChatError> {
        let violations = violations(&request);
        if !violations.is_empty() {
            return Err(ChatError::Invalid(violations));
        }
        let new = NewAttachment {
            message: request.message_id,
            file_url: request.file_url,
            file_type: request.file_type,
            file_size: request.file_size,
        };
        retried(|| async {
            let mut locked = self.lock_own_message(actor, new.message).await?;
            self.require_room_for_a_file(&mut locked, new.message).await?;
            require_shown(&mut locked, &new.file_url).await?;
            let (attachment, change) = locked.note_attachment(&new, self.clock.now()).await?;
            self.commit(locked, vec![change]).await?;
            Ok(attachment)
        })
        .await
    }

    /// Frames carry all files of a message.
    pub(crate) async fn require_room_for_a_file(
        &self,
        locked: &mut Locked,
        message: MessageId,
    ) -> Result<(), ChatError> {
        let message = locked.message(message).await?.ok_or(ChatError::NoMessage)?;
        if message.attachments.len() < limits::FILES_PER_MESSAGE {
            return Ok(());
        }
        let detail = format!("has {} files already", limits::FILES_PER_MESSAGE);
        Err(ChatError::invalid("message_id", detail))
    }
}

/// What stands beside a message is screened where its text is.
pub(crate) async fn require_shown(locked: &mut Locked, label: &str) -> Result<(), ChatError> {
    if locked.may_show(label).await? {
        return Ok(());
    }
    Err(ChatError::ContactData)
}

fn violations(request: &CreateAttachment) -> Vec<Violation> {
    let mut violations = Vec::new();
    let address = request.file_url.as_str();
    if !is_web_address(address) {
        violations.push(Violation::new("file_url", "must be an http or https address"));
    } else if address.chars().count() > limits::URL_CHARS {
        let detail = format!("must not be longer than {} characters", limits::URL_CHARS);
        violations.push(Violation::new("file_url", detail));
    }
    if request.file_size < 0 {
        violations.push(Violation::new("file_size", "must not be negative"));
    }
    violations
}

/// An address that a page may safely point at: of the web, with a host, without a password, and without the signs that
/// end an attribute or a tag.
pub(crate) fn is_web_address(address: &str) -> bool {
    const UNSAFE: [char; 6] = ['"', '\'', '<', '>', '`', '\\'];
    // Parsers of addresses guess at what is missing; here nothing may be.
    let has_host = ["http://", "https://"].iter().any(|scheme| {
        let rest = address.get(scheme.len()..).unwrap_or_default();
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && rest.starts_with(|first: char| first.is_alphanumeric() || first == '[')
    });
    let is_clean = !address
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || UNSAFE.contains(&c));
    let has_no_password = |url: Url| url.username().is_empty() && url.password().is_none();
    has_host && is_clean && Url::parse(address).is_ok_and(has_no_password)
}

#[cfg(test)]
mod tests {
    use protocol::models::FileType;
    use uuid::Uuid;

    use super::*;

    fn faults(file_url: &str) -> usize {
        let request = CreateAttachment {
            message_id: MessageId(Uuid::nil()),
            file_url: file_url.into(),
            file_type: FileType::File,
            file_size: 1,
        };
        violations(&request).len()
    }

    #[test]
    fn only_web_addresses_are_taken() {
        assert_eq!(faults("https://files.example/a.pdf"), 0);
        assert_eq!(faults("HTTP://files.example/a.pdf"), 0);
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://a b",
            "",
            "//a.example/x",
            "https:///x",
            "https://?",
            "https://user:pw@a.example/",
            "https://a.example/\"onload=",
            "https://a.example/<script>",
        ] {
            assert_eq!(faults(bad), 1, "{bad}");
        }
    }
}
