//! Requests and answers as the streams that the git library wants.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

use reqwest::blocking::{RequestBuilder, Response};

use transport::chain;

use super::{HttpError, checked};
use crate::conversation::{FirstFailure, Watch};

/// The response headers as the git library wants to read them.
fn header_lines(response: &Response) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in response.headers() {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// What is still to be sent, or what came back. Headers, body and request body of a POST share it: the
/// request goes out when the first of its answer is wanted.
enum State {
    Pending(Box<RequestBuilder>, Vec<u8>),
    Answered {
        headers: io::Cursor<Vec<u8>>,
        body: Box<Response>,
    },
    Failed,
}

struct Shared {
    state: State,
    watch: Watch,
    failure: FirstFailure,
}

impl Shared {
    /// Sends what is pending.
    fn answer(&mut self) -> io::Result<(&mut io::Cursor<Vec<u8>>, &mut Response)> {
        if let State::Pending(..) = self.state
            && let State::Pending(request, bytes) =
                std::mem::replace(&mut self.state, State::Failed)
        {
            let sent = self.watch.remaining().and_then(|left| {
                let response = request.timeout(left).body(bytes).send();
                let response =
                    response.map_err(|error| HttpError::Connection(chain(&error.without_url())))?;
                if response.status().is_redirection() {
                    return Err(
                        HttpError::Redirect("only the first request may be redirected").into(),
                    );
                }
                checked(response)
            });
            match sent {
                Ok(response) => {
                    let headers = io::Cursor::new(header_lines(&response));
                    self.state = State::Answered {
                        headers,
                        body: Box::new(response),
                    };
                }
                Err(error) => {
                    let error = match self.watch.remaining() {
                        Err(over) => over,
                        Ok(_) => error,
                    };
                    return Err(self.failure.record(error));
                }
            }
        }
        match &mut self.state {
            State::Answered { headers, body } => Ok((headers, body)),
            State::Pending(..) | State::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn read_body(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Err(over) = self.watch.remaining() {
            return Err(self.failure.record(over));
        }
        let read = self.answer()?.1.read(buffer);
        read.map_err(|error| {
            let error = match self.watch.remaining() {
                Err(over) => over,
                Ok(_) => HttpError::Connection(chain(&error)).into(),
            };
            self.failure.record(error)
        })
    }
}

/// One request and its answer, shared by the streams that it is made of.
#[derive(Clone)]
pub(super) struct Handle(Rc<RefCell<Shared>>);

/// The response headers, line by line.
pub(crate) struct Headers(BufReader<HeaderReader>);
struct HeaderReader(Handle);

/// The response body.
pub(crate) struct Body(BufReader<BodyReader>);
struct BodyReader(Handle);

/// The request body, kept until the answer is asked for.
pub(crate) struct PostBody(Handle);

impl Read for HeaderReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.0.borrow_mut().answer()?.0.read(buffer)
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.0.borrow_mut().read_body(buffer)
    }
}

macro_rules! buffered {
    ($type:ty) => {
        impl Read for $type {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.read(buffer)
            }
        }
        impl BufRead for $type {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                self.0.fill_buf()
            }
            fn consume(&mut self, amount: usize) {
                self.0.consume(amount);
            }
        }
    };
}
buffered!(Headers);
buffered!(Body);

impl Write for PostBody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0.0.borrow_mut().state {
            State::Pending(_, pending) => {
                pending.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            State::Answered { .. } | State::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Handle {
    /// An answer that is there already.
    pub(super) fn answered(response: Response, watch: Watch, failure: FirstFailure) -> Self {
        let headers = io::Cursor::new(header_lines(&response));
        let body = Box::new(response);
        Self::new(State::Answered { headers, body }, watch, failure)
    }

    /// A request that goes out, with what is written until then, when its answer is read.
    pub(super) fn pending(request: RequestBuilder, watch: Watch, failure: FirstFailure) -> Self {
        Self::new(
            State::Pending(Box::new(request), Vec::new()),
            watch,
            failure,
        )
    }

    fn new(state: State, watch: Watch, failure: FirstFailure) -> Self {
        Self(Rc::new(RefCell::new(Shared {
            state,
            watch,
            failure,
        })))
    }

    pub(super) fn request_body(&self) -> PostBody {
        PostBody(self.clone())
    }

    pub(super) fn headers(&self) -> Headers {
        Headers(BufReader::with_capacity(1024, HeaderReader(self.clone())))
    }

    pub(super) fn body(&self) -> Body {
        Body(BufReader::with_capacity(
            64 * 1024,
            BodyReader(self.clone()),
        ))
    }
}
