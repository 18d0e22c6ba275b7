//! Multipart forms, read part by part as they come: bounded in bytes, in parts, in what stands between them and in time.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use http_body::Frame;
use wire::error::Code;

use super::error::ApiError;

/// Parts of one form.
const MAX_PARTS: usize = 32;

/// What may come between the end of a part and the beginning of the next one's content: its headers, read whole.
const MAX_BETWEEN: usize = 128 * 1024;

/// A field that is no file.
const MAX_TEXT: usize = 4 * 1024;

/// What is left of a form that was refused is read for so long, so that its sender sees the answer.
const DRAIN: Duration = Duration::from_secs(20);

/// A form.
pub(super) struct Form {
    multipart: Multipart,
    allowance: Arc<AtomicUsize>,
    parts: usize,
}

/// A form's part.
pub(super) struct Part<'a> {
    field: Field<'a>,
    allowance: Arc<AtomicUsize>,
}

fn understood(error: &MultipartError) -> ApiError {
    // What is wrong with a form is its sender's doing, be it a part that is none or a connection that ends.
    match error.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge.into(),
        _ => ApiError::saying(Code::BadRequest, "That form could not be read to its end."),
    }
}

impl Form {
    pub(super) async fn of<S: Send + Sync>(request: Request, state: &S) -> Result<Self, ApiError> {
        let allowance = Arc::new(AtomicUsize::new(MAX_BETWEEN));
        let request = request.map(|body| Body::new(Metered { body, allowance: allowance.clone() }));
        let multipart = Multipart::from_request(request, state).await;
        let multipart = multipart.map_err(|_| ApiError::saying(Code::BadRequest, "That is not a multipart form."))?;
        Ok(Self { multipart, allowance, parts: 0 })
    }

    /// The next part. What is unread of the one before must have been read.
    pub(super) async fn next(&mut self) -> Result<Option<Part<'_>>, ApiError> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(ApiError::saying(Code::BadRequest, "That form has too many parts."));
        }
        self.allowance.store(MAX_BETWEEN, Ordering::Relaxed);
        let field = self.multipart.next_field().await.map_err(|error| understood(&error))?;
        Ok(field.map(|field| Part { field, allowance: self.allowance.clone() }))
    }

    /// Reads what is left, as far as that is reasonable, and drops it.
    pub(super) async fn drain(mut self) {
        self.allowance.store(usize::MAX, Ordering::Relaxed);
        let rest = async {
            while let Ok(Some(mut field)) = self.multipart.next_field().await {
                while let Ok(Some(_)) = field.chunk().await {}
            }
        };
        let _ = tokio::time::timeout(DRAIN, rest).await;
    }
}

impl Part<'_> {
    pub(super) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// As its sender calls it; `None` for a field that is no file.
    pub(super) fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    pub(super) fn media_type(&self) -> &str {
        self.field.content_type().unwrap_or_default()
    }

    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.allowance.store(usize::MAX, Ordering::Relaxed);
        self.field.chunk().await.map_err(|error| understood(&error))
    }

    /// All of it, `max` bytes at most.
    pub(super) async fn bytes(mut self, max: usize) -> Result<Vec<u8>, ApiError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > max {
                return Err(Code::TooLarge.into());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// All of it as a text.
    pub(super) async fn text(self) -> Result<String, ApiError> {
        String::from_utf8(self.bytes(MAX_TEXT).await?).map_err(|_| Code::BadRequest.into())
    }

    /// Drops it.
    pub(super) async fn skip(mut self) -> Result<(), ApiError> {
        while self.chunk().await?.is_some() {}
        Ok(())
    }
}

/// A body of which no more may be read than is allowed at the time.
struct Metered {
    body: Body,
    allowance: Arc<AtomicUsize>,
}

impl http_body::Body for Metered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            let read = frame.data_ref().map_or(0, Bytes::len);
            let left = self.allowance.load(Ordering::Relaxed);
            if left < read {
                return Poll::Ready(Some(Err(axum::Error::new("the headers of a part are too long"))));
            }
            if left != usize::MAX {
                self.allowance.store(left - read, Ordering::Relaxed);
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}
