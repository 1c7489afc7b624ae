/// What a peer sent. Spans are valid only during the call.
public protocol WebSocketEvents {
    /// A whole message, checked to be UTF-8.
    mutating func text(_ message: Span<UInt8>)
    mutating func binary(_ message: Span<UInt8>)
    /// To be answered with a pong of the same payload, 0 to 125 bytes.
    mutating func ping(_ payload: Span<UInt8>)
    mutating func pong(_ payload: Span<UInt8>)
    /// The last event. A peer that gave no code closes with `.none`; the reason is checked to be UTF-8, 0 to 123 bytes.
    mutating func close(_ code: WebSocketCloseCode, reason: Span<UInt8>)
}
