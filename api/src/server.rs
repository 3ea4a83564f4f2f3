//! How the process listens and stops.
