//! Real processes, driven as users drive them: over HTTP and WebSockets, from outside.

#![cfg(test)]

mod client;
mod cluster;
mod commands;
mod files;
mod leaving;
mod membership;
mod presence;
mod processes;
mod programs;
mod readme;
mod services;
mod signing_out;
mod storm;
