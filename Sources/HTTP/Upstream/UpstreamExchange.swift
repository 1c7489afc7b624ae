internal import Loop
internal import Wire

/// One request to an upstream and what becomes of it; subclasses take the answer.
///
/// The calls come in this order: `requestBegan`, perhaps again after a retry; `responseHead`; `responseBody` as often as
/// needed; `responseEnded`. After a 101: `switched`, `tunnelBytes`. `responseFailed` may come at any time and is the last.
class UpstreamExchange {
    /// Set while a connection works on it.
    final var upstream: UpstreamConnection?
    /// The head, while no connection has it.
    final var outgoingHead: [UInt8] = []
    /// May be sent again when a kept connection turns out to be dead: no body, and a method that allows it.
    final var mayRetry = false
    final var isHeadRequest = false
    final var wantsUpgrade = false
    /// The last byte of the request has been handed to the connection.
    final var requestIsComplete = true
    final var waitsInPool = false

    /// False holds the upstream back until its `pump` is called.
    var acceptsMore: Bool { true }
    func requestBegan() {}
    func responseHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {}
    func responseBody(_ bytes: Span<UInt8>) {}
    /// All bytes at hand have been given.
    func flush() {}
    func responseEnded() {}
    func responseFailed(_ failure: UpstreamFailure) {}
    func switched() {}
    func tunnelBytes(_ bytes: Span<UInt8>) {}
    /// The queue towards the upstream has become empty.
    func upstreamDrained() {}
}
