internal import Basics
internal import HTTP
internal import Wire

/// One message of an event socket.
public enum ComfyMessage: Sendable, Hashable {
    case event(WorkerEvent)
    case frame(BinaryFrame)
}

extension ComfyClient {
    /// Every message that the server sends to a client id, until the socket closes; nothing is repeated or asked for.
    ///
    /// The newest 1,024 are held for a slow consumer. Two sockets under one id hurt each other: choose a new one.
    /// - Throws: From the sequence: why the socket could not be opened or ended.
    public nonisolated func events(clientID: String) -> AsyncThrowingStream<ComfyMessage, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1_024)) { continuation in
            let task = Task {
                do throws(ComfyClientError) {
                    try await self.listen(clientID, continuation)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func listen(
        _ clientID: String, _ continuation: AsyncThrowingStream<ComfyMessage, any Error>.Continuation
    ) async throws(ComfyClientError) {
        let inbox = openInbox()
        defer { closeInbox(inbox) }
        let target = url.basePath + "/ws?" + Query([("clientId", clientID)]).encoded
        do throws(UpstreamFailure) {
            try await inbox.connect(target, fields, messageLimit: options.messageLimit)
        } catch {
            throw ComfyClientError(error)
        }
        inbox.send(#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#)
        while !Task.isCancelled {
            switch await next(inbox, within: options.silence) {
            case .text(let bytes): if let event = WorkerEvent(frame: bytes) { continuation.yield(.event(event)) }
            case .binary(let bytes): if let frame = BinaryFrame(bytes) { continuation.yield(.frame(frame)) }
            case .closed: throw .brokeOff
            case .nothing: break
            }
        }
    }
}
