//! One source at work: its calls are paced and counted, its files hashed, its failures noted.

use std::cell::RefCell;
use std::error::Error;
use std::io;
use std::io::Write;
use std::pin::Pin;

use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::error::SdkError;
use tokio::sync::Semaphore;

use crate::collect::CollectError;
use crate::collect::directory::Directory;
use crate::collect::failure::Failure;
use crate::collect::pace::Pace;
use crate::collect::record::Part;
use crate::collect::record::PartGap;

/// The most calls of one account that wait for an answer at the same time.
pub(super) const IN_FLIGHT: usize = 6;

/// Lets the calls of one account, or of the organization, out.
pub(super) struct Gate<'a> {
    pace: &'a Pace,
    in_flight: Semaphore,
}

impl<'a> Gate<'a> {
    pub(super) fn new(pace: &'a Pace) -> Self {
        Self {
            pace,
            in_flight: Semaphore::new(IN_FLIGHT),
        }
    }
}

/// The work on one source of an account or of the organization.
pub(super) struct Work<'a> {
    directory: &'a Directory,
    folder: String,
    gate: &'a Gate<'a>,
    part: RefCell<Part>,
}

impl<'a> Work<'a> {
    /// `folder` is where files go: empty, or a path inside that ends with `/`.
    pub(super) fn new(directory: &'a Directory, folder: String, gate: &'a Gate<'a>, at: &str) -> Self {
        let part = Part {
            at: at.into(),
            ..Part::default()
        };
        Self {
            directory,
            folder,
            gate,
            part: RefCell::new(part),
        }
    }

    /// Sends a call when its turn has come, and counts it when it is answered.
    pub(super) fn call<T, E>(
        &self,
        call: &'static str,
        request: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> impl Future<Output = Result<T, Failure>>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let answer = self.send(call, Box::pin(request));
        async move {
            let answer = answer.await?;
            self.count(call);
            Ok(answer)
        }
    }

    /// The same for a call that is repeated until its answer is ready: it counts once.
    pub(super) async fn poll<T, E>(
        &self,
        call: &'static str,
        request: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, Failure>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let answer = self.send(call, Box::pin(request)).await?;
        self.answered(call);
        Ok(answer)
    }

    /// The same for one that counts when the caller says so.
    pub(super) async fn uncounted<T, E>(
        &self,
        call: &'static str,
        request: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, Failure>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        self.send(call, Box::pin(request)).await
    }

    /// Counts a call that was answered.
    pub(super) fn count(&self, call: &'static str) {
        *self.part.borrow_mut().calls.entry(call.into()).or_default() += 1;
    }

    async fn send<T, E>(
        &self,
        call: &'static str,
        request: Pin<Box<impl Future<Output = Result<T, SdkError<E>>>>>,
    ) -> Result<T, Failure>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let _place = self.gate.in_flight.acquire().await;
        self.gate.pace.turn().await;
        request.await.map_err(|error| Failure::of(call, &error))
    }

    /// Counts a call that was answered elsewhere.
    pub(super) fn answered(&self, call: &'static str) {
        self.part.borrow_mut().calls.insert(call.into(), 1);
    }

    /// Writes a file of the account, whole or not at all.
    pub(super) fn write(&self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CollectError> {
        self.write_at(&format!("{}{name}", self.folder), write)
    }

    /// Writes a file by its path inside the snapshot.
    pub(super) fn write_at(&self, path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CollectError> {
        let written = self.directory.write(path, write)?;
        self.part.borrow_mut().files.push(written);
        Ok(())
    }

    /// Notes a call that was not answered, and what follows from that.
    pub(super) fn gap(&self, failure: &Failure, consequence: &str) {
        self.part.borrow_mut().gaps.push(PartGap::of(failure, None, consequence));
    }

    /// The same, of a call to one Region.
    pub(super) fn gap_in(&self, region: &str, failure: &Failure, consequence: &str) {
        self.part
            .borrow_mut()
            .gaps
            .push(PartGap::of(failure, Some(region), consequence));
    }

    /// What came of it.
    pub(super) fn done(self) -> Part {
        let mut part = self.part.into_inner();
        part.files.sort();
        part.gaps.sort();
        part
    }
}
