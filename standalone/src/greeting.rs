//! What the process prints when it is up: what to open, and a line to paste.

use std::io::{self, Write};
use std::net::SocketAddr;

use crate::settings::Settings;

/// Prints to standard output; logs go to standard error.
pub(crate) fn print(address: SocketAddr, settings: &Settings) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        r#"
Unet Chat is up on http://{address}

  Web client      http://{address}/
  API reference   http://{address}/api/docs
  Sockets         ws://{address}/api/unet-chat/ws        (docs/protocol.md)
  Probes, metrics http://{internal}/readyz  /metrics
  Data            {data}

Register somebody:

  curl http://{address}/api/auth/register/ -H 'Content-Type: application/json' \
    -d '{{"username":"anna","password":"correct horse","password_confirm":"correct horse"}}'

The whole walk, by copy and paste, stands in README.md. Ctrl-C stops.
"#,
        internal = settings.internal.listen,
        data = settings.standalone.data.display(),
    )?;
    out.flush()
}
