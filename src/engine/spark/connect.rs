//! Spark Connect: a session on a server, in which SQL is run. What is running can be stopped at any moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow::record_batch::RecordBatch;
use tokio::runtime::Runtime;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataKey, MetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};

use super::answer::batches;
use super::codec::Frames;
use super::messages::{
    Acknowledgement, ExecutePlanResponse, INTERRUPT_ALL, Plan, Relation, SessionRequest, Sql, UserContext,
};
use super::{EngineError, Remote};

/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(20);
/// How often a wait looks up to see whether it was interrupted.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the server has to stop a job.
const STOPPING: Duration = Duration::from_millis(1500);
/// How often something is said on an idle connection, which else is cut by what lies between.
const ALIVE: Duration = Duration::from_secs(30);

/// How many statements are running anywhere in this process.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Waits until no statement runs any more, as long as that is allowed to take: after an interrupt each is being stopped
/// on its server, and a process that ends before leaves its job behind.
pub fn wait_for_jobs(most: Duration) {
    let until = Instant::now() + most;
    while RUNNING.load(Ordering::Relaxed) > 0 && Instant::now() < until {
        std::thread::sleep(GLANCE / 5);
    }
}

/// A statement that runs for as long as this lives.
struct Running;

impl Running {
    fn new() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session on a server. Its views live as long as it does.
pub(super) struct Session {
    runtime: Runtime,
    channel: Channel,
    remote: Remote,
    id: String,
    deadline: Option<Instant>,
    /// Set when the user wants no more.
    stopped: Arc<AtomicBool>,
}

impl Session {
    /// Connects. After `timeout` whatever is running is stopped.
    pub(super) fn open(remote: &Remote, timeout: Option<Duration>) -> Result<Self, EngineError> {
        let failed = |e: &dyn std::fmt::Display| EngineError::new(format!("cannot speak to {remote:?}: {e}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|e| failed(&e))?;
        let mut endpoint = Endpoint::from_shared(remote.uri())
            .map_err(|e| failed(&e))?
            .user_agent(concat!("kqlens/", env!("CARGO_PKG_VERSION")))
            .map_err(|e| failed(&e))?
            .connect_timeout(CONNECTING)
            .http2_keep_alive_interval(ALIVE)
            .keep_alive_while_idle(true);
        if remote.tls {
            endpoint = endpoint.tls_config(ClientTlsConfig::new().with_native_roots()).map_err(|e| failed(&e))?;
        }
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = stopped.clone();
        runtime.spawn(async move {
            interrupted().await;
            flag.store(true, Ordering::Relaxed);
        });
        let channel = runtime.block_on(endpoint.connect()).map_err(|e| {
            let mut cause: &dyn std::error::Error = &e;
            while let Some(next) = cause.source() {
                cause = next;
            }
            EngineError::new(format!("cannot reach {remote:?}: {cause}; is a Spark Connect server running there?"))
        })?;
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        Ok(Self { runtime, channel, remote: remote.clone(), id: uuid::Uuid::new_v4().to_string(), deadline, stopped })
    }

    /// The rows that a statement gives.
    pub(super) fn run(&self, sql: &str) -> Result<Vec<RecordBatch>, EngineError> {
        let _running = Running::new();
        let plan = Plan { root: Some(Relation { sql: Some(Sql { query: sql.to_owned() }) }) };
        let message = SessionRequest { plan: Some(plan), ..self.asked() };
        let mut found = Vec::new();
        let outcome = self.runtime.block_on(async {
            let request = self.request(message).map_err(Ended::Failed)?;
            let mut grpc = self.grpc();
            let path = PathAndQuery::from_static("/spark.connect.SparkConnectService/ExecutePlan");
            self.waiting(grpc.ready(), |e| Status::unavailable(e.to_string())).await?;
            let call = grpc.server_streaming(request, path, Frames::<_, ExecutePlanResponse>::new());
            let mut stream = self.waiting(call, |status| status).await?.into_inner();
            while let Some(answer) = self.waiting(stream.message(), |status| status).await? {
                if let Some(batch) = answer.arrow_batch {
                    found.push(batch.data);
                }
            }
            Ok(())
        });
        match outcome {
            Ok(()) => batches(&found),
            Err(Ended::Failed(status)) => Err(self.told(&status)),
            Err(ended) => Err(self.stop(&ended)),
        }
    }

    /// Waits for something of the server's, as long as nobody wants it stopped.
    async fn waiting<T, E>(
        &self,
        what: impl Future<Output = Result<T, E>>,
        status: impl Fn(E) -> Status,
    ) -> Result<T, Ended> {
        let mut what = std::pin::pin!(what);
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return Err(Ended::Interrupted);
            }
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(Ended::TimedOut);
            }
            if let Ok(done) = tokio::time::timeout(GLANCE, &mut what).await {
                return done.map_err(|e| Ended::Failed(status(e)));
            }
        }
    }

    /// Stops what the session is doing there: a job outlives the one who asked for it.
    fn stop(&self, ended: &Ended) -> EngineError {
        let message = SessionRequest { interrupt_type: Some(INTERRUPT_ALL), ..self.asked() };
        let stopped = self.call("/spark.connect.SparkConnectService/Interrupt", message);
        let job = match stopped {
            Ok(()) => "the job on the server was stopped".to_owned(),
            Err(status) => format!("the job on the server may still run: {}", status.message()),
        };
        match ended {
            Ended::Interrupted => EngineError::interrupted(format!("interrupted; {job}")),
            _ => EngineError::new(format!("no answer within --timeout; {job}")),
        }
    }

    /// One message for one answer, within a short time.
    fn call(&self, path: &'static str, message: SessionRequest) -> Result<(), Status> {
        let request = self.request(message)?;
        self.runtime.block_on(async {
            let mut grpc = self.grpc();
            let call = async {
                grpc.ready().await.map_err(|e| Status::unavailable(e.to_string()))?;
                let frames = Frames::<_, Acknowledgement>::new();
                grpc.unary(request, PathAndQuery::from_static(path), frames).await
            };
            match tokio::time::timeout(STOPPING, call).await {
                Ok(answer) => answer.map(|_| ()),
                Err(_) => Err(Status::deadline_exceeded("it did not answer")),
            }
        })
    }

    fn grpc(&self) -> Grpc<Channel> {
        Grpc::new(self.channel.clone()).max_decoding_message_size(usize::MAX).max_encoding_message_size(usize::MAX)
    }

    /// A message with what proves who asks.
    fn request(&self, message: SessionRequest) -> Result<Request<SessionRequest>, Status> {
        let mut request = Request::new(message);
        let token = self.remote.token.iter().map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        for (name, value) in token.chain(self.remote.headers.iter().cloned()) {
            let wrong =
                |what: &str| Status::invalid_argument(format!("--remote: the {what} of '{name}' cannot be sent"));
            let key = MetadataKey::<Ascii>::from_bytes(name.as_bytes()).map_err(|_| wrong("name"))?;
            let value = MetadataValue::try_from(value.as_str()).map_err(|_| wrong("value"))?;
            request.metadata_mut().insert(key, value);
        }
        Ok(request)
    }

    /// A message that asks nothing yet.
    fn asked(&self) -> SessionRequest {
        let user_id = self.remote.user.clone().unwrap_or_else(|| "kqlens".to_owned());
        SessionRequest {
            session_id: self.id.clone(),
            user_context: Some(UserContext { user_id }),
            plan: None,
            interrupt_type: None,
        }
    }

    /// What went wrong there, for the user.
    fn told(&self, status: &Status) -> EngineError {
        let said = status.message();
        EngineError::new(match status.code() {
            Code::Unauthenticated | Code::PermissionDenied => {
                format!(
                    "{:?} refuses this token: {said}; give another with KQLENS_TOKEN or token=… in --remote",
                    self.remote
                )
            }
            Code::Unavailable => format!("the connection to {:?} broke: {said}", self.remote),
            Code::Unimplemented => format!("{:?} is no Spark Connect server: {said}", self.remote),
            _ => format!("{:?}: {said}", self.remote),
        })
    }
}

impl Drop for Session {
    /// Ends the session there; should that fail, the server forgets it in time.
    fn drop(&mut self) {
        drop(self.call("/spark.connect.SparkConnectService/ReleaseSession", self.asked()));
    }
}

/// Why a wait ended.
enum Ended {
    Failed(Status),
    Interrupted,
    TimedOut,
}

/// Waits for Ctrl-C or a request to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        std::future::poll_fn(|context| {
            let either = interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready();
            if either { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
