use axum::body::Body;
use axum::extract::Request;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

async fn get_text(router: Router, path: &str) -> (StatusCode, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn readyz_of(readiness: Readiness) -> (StatusCode, Report) {
    let (status, body) = get_text(router(readiness, Metrics::detached()), "/readyz").await;
    (status, serde_json::from_str(&body).unwrap())
}

fn good() -> BoxFuture<'static, Result<(), String>> {
    std::future::ready(Ok(())).boxed()
}

fn bad() -> BoxFuture<'static, Result<(), String>> {
    std::future::ready(Err("away".to_owned())).boxed()
}

#[tokio::test]
async fn it_is_ready_when_all_checks_pass() {
    let (code, report) = readyz_of(
        Readiness::new(&Tasks::new())
            .vital("store", good)
            .minor("bus", good),
    )
    .await;
    assert_eq!((code, report.status), (StatusCode::OK, Status::Ready));
    assert_eq!(report.checks["store"], "ok");
}

#[tokio::test]
async fn it_is_degraded_and_still_served_when_a_minor_check_fails() {
    let (code, report) = readyz_of(
        Readiness::new(&Tasks::new())
            .vital("store", good)
            .minor("bus", bad),
    )
    .await;
    assert_eq!((code, report.status), (StatusCode::OK, Status::Degraded));
    assert_eq!(report.checks["bus"], "away");
}

#[tokio::test]
async fn it_is_failing_when_a_vital_check_fails_whatever_the_others_say() {
    let (code, report) = readyz_of(
        Readiness::new(&Tasks::new())
            .vital("store", bad)
            .minor("bus", bad),
    )
    .await;
    assert_eq!(
        (code, report.status),
        (StatusCode::SERVICE_UNAVAILABLE, Status::Failing)
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_without_an_answer_fails_after_its_timeout_and_holds_up_no_other() {
    let stuck = || std::future::pending().boxed();
    let start = tokio::time::Instant::now();
    let readiness = Readiness::new(&Tasks::new())
        .minor("one", stuck)
        .minor("two", stuck)
        .vital("store", good);
    let report = readiness.report().await;
    assert_eq!(report.status, Status::Degraded);
    assert_eq!(report.checks["one"], "no answer in 3s");
    assert!(start.elapsed() < CHECK_TIMEOUT * 2);
}

#[tokio::test]
async fn it_is_not_ready_once_it_leaves_and_alive_all_the_same() {
    let tasks = Tasks::new();
    tasks.leaving().cancel();
    let (code, report) = readyz_of(Readiness::new(&tasks).vital("store", good)).await;
    assert_eq!(
        (code, report.status),
        (StatusCode::SERVICE_UNAVAILABLE, Status::Leaving)
    );
    let alive = router(Readiness::new(&tasks).vital("store", bad), Metrics::detached());
    assert_eq!(get_text(alive, "/livez").await, (StatusCode::OK, "ok".to_owned()));
}

#[tokio::test]
async fn the_port_answers_while_draining_and_closes_when_stopping() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let tasks = Tasks::new();
    let readiness = Readiness::new(&tasks);
    let serving = serve(listener, readiness, Metrics::detached(), tasks.clone());
    let asking = async {
        tasks.leaving().cancel();
        tasks.draining().cancel();
        let answer = reqwest::get(format!("http://{address}/readyz")).await.unwrap();
        assert_eq!(answer.status(), 503);
        let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &METRICS_TYPE.parse().unwrap())
        );
        tasks.stopping().cancel();
    };
    tokio::join!(serving, asking);
}
