//! Messages as gRPC frames.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Sends one type of message and receives another.
pub(super) struct Frames<Sent, Received>(PhantomData<(Sent, Received)>);

impl<Sent, Received> Frames<Sent, Received> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<Sent, Received> Codec for Frames<Sent, Received>
where
    Sent: Message + Send + 'static,
    Received: Message + Default + Send + 'static,
{
    type Encode = Sent;
    type Decode = Received;
    type Encoder = Outward<Sent>;
    type Decoder = Inward<Received>;

    fn encoder(&mut self) -> Self::Encoder {
        Outward(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        Inward(PhantomData)
    }
}

/// Writes messages.
pub(super) struct Outward<Sent>(PhantomData<Sent>);

impl<Sent: Message> Encoder for Outward<Sent> {
    type Item = Sent;
    type Error = Status;

    fn encode(&mut self, message: Sent, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode(buffer).map_err(|e| Status::internal(e.to_string()))
    }
}

/// Reads messages.
pub(super) struct Inward<Received>(PhantomData<Received>);

impl<Received: Message + Default> Decoder for Inward<Received> {
    type Item = Received;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Received>, Status> {
        Received::decode(buffer).map(Some).map_err(|e| Status::internal(format!("the answer cannot be read: {e}")))
    }
}
