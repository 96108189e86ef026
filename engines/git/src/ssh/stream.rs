//! The input and output of the remote program, as the blocking streams that the git library wants.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use russh::client::{Handle, Msg};
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::client::{Connected, Visitor, broken};
use super::error::SshError;
use crate::conversation::{FirstFailure, Watch};
use crate::error::RemoteError;

/// How often a wait looks whether it was given up.
const GLANCE: Duration = Duration::from_millis(200);

/// How much of what the program complains about is kept.
const MAX_COMPLAINT: usize = 8 << 10;

/// The stream of an extended message that is the program's standard error (RFC 4254, 5.2).
const STANDARD_ERROR: u32 = 1;

/// The running program. Reader and writer share it.
pub(super) struct Pipe {
    runtime: Option<Runtime>,
    ends: Option<Ends>,
    watch: Watch,
    failure: FirstFailure,
    /// Read from the channel, but not yet by the library.
    unread: Bytes,
    complaint: Vec<u8>,
    status: Option<u32>,
    state: State,
}

/// What belongs to the runtime, and is dropped in it.
struct Ends {
    /// The connection lives as long as it.
    _handle: Handle<Visitor>,
    read: ChannelReadHalf,
    write: ChannelWriteHalf<Msg>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Ended,
}

/// The program's output.
pub(crate) struct Reader(Rc<RefCell<Pipe>>);

/// The program's input.
pub(crate) struct Writer(Rc<RefCell<Pipe>>);

/// Runs something to its end, or to that of the conversation.
pub(super) fn complete<T>(
    runtime: &Runtime,
    watch: &Watch,
    work: impl Future<Output = T>,
) -> Result<T, RemoteError> {
    runtime.block_on(async {
        let mut work = pin!(work);
        loop {
            let left = watch.remaining()?.min(GLANCE);
            if let Ok(done) = timeout(left, work.as_mut()).await {
                return Ok(done);
            }
        }
    })
}

impl Pipe {
    pub(super) fn open(
        runtime: Runtime,
        connected: Connected,
        watch: Watch,
        failure: FirstFailure,
    ) -> (Reader, Writer) {
        let (read, write) = connected.channel.split();
        let pipe = Rc::new(RefCell::new(Self {
            runtime: Some(runtime),
            ends: Some(Ends {
                _handle: connected.handle,
                read,
                write,
            }),
            watch,
            failure,
            unread: Bytes::new(),
            complaint: Vec::new(),
            status: None,
            state: State::Running,
        }));
        (Reader(Rc::clone(&pipe)), Writer(pipe))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, RemoteError> {
        while self.unread.is_empty() && self.state == State::Running {
            let (Some(runtime), Some(ends)) = (&self.runtime, &mut self.ends) else {
                break;
            };
            match complete(runtime, &self.watch, ends.read.wait())? {
                Some(ChannelMsg::Data { data }) => self.unread = data,
                Some(ChannelMsg::ExtendedData {
                    data,
                    ext: STANDARD_ERROR,
                }) => {
                    let room = MAX_COMPLAINT.saturating_sub(self.complaint.len());
                    self.complaint
                        .extend_from_slice(&data[..data.len().min(room)]);
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => self.status = Some(exit_status),
                Some(ChannelMsg::Failure) => {
                    let message = "the server runs no commands for this user".to_owned();
                    return Err(SshError::Command(message).into());
                }
                Some(ChannelMsg::Close) | None => self.state = State::Ended,
                // The status may follow the end of the output.
                Some(_) => {}
            }
        }
        if self.unread.is_empty() && self.status != Some(0) {
            let text = String::from_utf8_lossy(&self.complaint);
            return Err(SshError::of_command(&text, self.status).into());
        }
        let count = self.unread.len().min(buffer.len());
        self.unread.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), RemoteError> {
        let (Some(runtime), Some(ends)) = (&self.runtime, &self.ends) else {
            return Ok(());
        };
        let bytes = Bytes::copy_from_slice(bytes);
        let sent = complete(runtime, &self.watch, ends.write.data_bytes(bytes))?;
        sent.map_err(|error| broken(error).into())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            let entered = runtime.enter();
            self.ends = None;
            drop(entered);
            runtime.shutdown_background();
        }
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut pipe = self.0.borrow_mut();
        let read = pipe.read(buffer);
        read.map_err(|error| pipe.failure.record(error))
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pipe = self.0.borrow_mut();
        let written = pipe.write(bytes);
        written.map_err(|error| pipe.failure.record(error))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
