internal import Loop
internal import Wire

/// One request to an upstream and what becomes of it; subclasses take the answer.
///
/// The calls come in this order: `requestBegan`, perhaps again after a retry; `responseHead`; `responseBody` as often as
/// needed; `responseEnded`. After a 101: `switched`, `tunnelBytes`. `responseFailed` may come at any time and is the last.
class UpstreamExchange {
    /// Set while a connection works on it.
    @safe @exclusivity(unchecked) final var upstream: UpstreamConnection?
    /// The head, while no connection has it.
    final var outgoingHead: [UInt8] = []
    /// May be sent again when a kept connection turns out to be dead: no body, and a method that allows it.
    @safe @exclusivity(unchecked) final var mayRetry = false
    @safe @exclusivity(unchecked) final var isHeadRequest = false
    @safe @exclusivity(unchecked) final var wantsUpgrade = false
    /// The last byte of the request has been handed to the connection.
    @safe @exclusivity(unchecked) final var requestIsComplete = true
    @safe @exclusivity(unchecked) final var waitsInPool = false
    /// When it began to wait in the pool, in the loop's milliseconds.
    @safe @exclusivity(unchecked) final var waitsSince: UInt64 = 0
    /// Addresses that were tried in vain.
    @safe @exclusivity(unchecked) final var failedAttempts = 0
    /// Nobody waits for the answer any more; no connection takes it up.
    @safe @exclusivity(unchecked) final var isUnwanted = false

    /// As new.
    final func reset() {
        upstream = nil
        outgoingHead = []
        (mayRetry, isHeadRequest, wantsUpgrade, requestIsComplete) = (false, false, false, true)
        (waitsInPool, waitsSince, failedAttempts, isUnwanted) = (false, 0, 0, false)
    }

    /// False holds the upstream back until its `pump` is called.
    var acceptsMore: Bool { true }
    func requestBegan() {}
    /// An answer before the answer, such as 100.
    func interim(_ status: Int) {}
    func responseHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {}
    func responseBody(_ bytes: Span<UInt8>) {}
    /// Where the rest of an answer of known length may go without being looked at; nil when it has to be given.
    var sink: Stream? { nil }
    /// So many bytes of the answer have gone to the sink.
    func responseRelayed(_ count: Int) {}
    /// All bytes at hand have been given.
    func flush() {}
    func responseEnded() {}
    func responseFailed(_ failure: UpstreamFailure) {}
    func switched() {}
    /// The upstream has closed its side of a tunnel; false when the tunnel ends with that.
    func tunnelInputEnded() -> Bool { false }
    /// The deadline of a connection that carries another protocol now.
    func tunnelDeadline() {}
    func tunnelBytes(_ bytes: Span<UInt8>) {}
    /// The queue towards the upstream has become empty.
    func upstreamDrained() {}
}
