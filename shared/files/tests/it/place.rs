//! A place of a test's own, gone after it.

use std::path::Path;

use files::Files;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use runtime::Tasks;
use runtime::config::{FilesConfig, Secret};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

const BUCKET: &str = "files";
const PREFIX: &str = "of/this/installation";
const ACCESS_KEY: &str = "test";
const SECRET_KEY: &str = "a secret of the test";

pub(crate) struct Place {
    config: FilesConfig,
    folder: TempDir,
    is_bucket: bool,
    tasks: Tasks,
}

impl Place {
    pub(crate) fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = FilesConfig {
            store: format!("file://{}", folder.path().display()),
            ..FilesConfig::default()
        };
        Self {
            config,
            folder,
            is_bucket: false,
            tasks: Tasks::new(),
        }
    }

    pub(crate) async fn bucket() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let tasks = Tasks::new();
        let address = serve(folder.path(), &tasks).await;
        let config = FilesConfig {
            store: format!("s3://{BUCKET}/{PREFIX}"),
            endpoint: format!("http://{address}"),
            access_key: ACCESS_KEY.into(),
            secret_key: Secret::from(SECRET_KEY),
            ..FilesConfig::default()
        };
        Self {
            config,
            folder,
            is_bucket: true,
            tasks,
        }
    }

    pub(crate) fn open(&self) -> Files {
        Files::open(&self.config, &self.tasks).unwrap().unwrap()
    }

    pub(crate) fn forget_the_key(&mut self) {
        self.config.secret_key = Secret::from("another secret");
    }

    /// A file of somebody else's, in the same place.
    pub(crate) fn write_beside(&self, name: &str) {
        let place = if self.is_bucket {
            self.folder.path().join(BUCKET).join(PREFIX)
        } else {
            self.folder.path().to_owned()
        };
        std::fs::write(place.join(name), "not ours").unwrap();
    }

    pub(crate) fn bytes_on_disk(&self) -> u64 {
        size(self.folder.path())
    }
}

/// What goes away while it is looked at weighs nothing.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(data) if data.is_dir() => size(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

async fn serve(folder: &Path, tasks: &Tasks) -> String {
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let connections = tasks.clone();
    tasks.spawn("s3", async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            connections.spawn("s3_connection", async move {
                let server = auto::Builder::new(TokioExecutor::new());
                // A client that hangs up ends its connection, nothing else.
                let _ended = server.serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    address
}
