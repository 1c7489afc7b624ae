/// Why a client could not do what it was asked.
public enum ComfyClientError: Error, Sendable, Hashable {
    /// Not a URL of a server: `http(s)://host[:port][/path]` or `unix:/path`, without a query.
    case badAddress(String)
    /// A file of trusted certificates cannot be used.
    case badAuthority(String)
    /// No connection could be made; the text is the system's reason.
    case unreachable(String)
    /// 401; `source` is where the token that was sent came from, nil when none was sent.
    case unauthorized(source: String?)
    /// 403 with the server's words.
    case forbidden(String)
    /// The server refuses the graph.
    case rejected(PromptRejection)
    /// 413: the body is larger than the server takes.
    case tooLarge(byteCount: Int)
    /// 503 or 429 for as long as we were ready to wait.
    case busy(status: Int, message: String)
    /// An answer that moves elsewhere; clients are not sent on with their token.
    case redirected(to: String)
    /// Any other answer that is no success.
    case status(Int, path: String, message: String)
    /// An answer that is not what ComfyUI says here.
    case notComfyUI(path: String)
    /// A file that the run named is not there.
    case missing(OutputFile)
    /// A file broke off: expected and received bytes.
    case truncated(OutputFile, expected: Int?, received: Int)
    /// The connection ended in the middle of an answer.
    case brokeOff
    /// No answer in time.
    case timedOut
    /// The run took longer than its time; it may go on without us.
    case runTimedOut(promptID: String)
    /// The server does not know the run any more; `afterDrop` when the connection had been lost before.
    case lost(promptID: String, afterDrop: Bool)
    /// A file here could not be written or read: path and the system's reason.
    case storage(path: String, reason: String)
    case cancelled

    /// What another try may cure: the network's and the server's passing moods.
    var isPassing: Bool {
        switch self {
        case .unreachable, .brokeOff, .timedOut, .busy: true
        case .status(let code, _, _): code >= 500
        case .truncated: true
        default: false
        }
    }
}

extension ComfyClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badAddress(let text):
            "\(text) is not the address of a server; write http://host:port or https://host/path"
        case .badAuthority(let reason): reason
        case .unreachable(let reason): "the server cannot be reached: \(reason)"
        case .unauthorized(let source?): "the server refuses the token from \(source)"
        case .unauthorized(nil): "the server wants a token and none was given"
        case .forbidden(let message): "the server forbids this\(Self.suffix(message))"
        case .rejected(let rejection): rejection.description
        case .tooLarge(let count): "the server does not take a request of \(count) bytes"
        case .busy(let status, let message): "the server is busy (\(status))\(Self.suffix(message))"
        case .redirected(let place): "the server sends clients on to \(place); use that address"
        case .status(let code, let path, let message): "\(path) was answered with \(code)\(Self.suffix(message))"
        case .notComfyUI(let path): "the answer of \(path) is not one of ComfyUI"
        case .missing(let file): "the file \(file.filename) of node \(file.node) is not on the server any more"
        case .truncated(let file, let expected, let received):
            "the file \(file.filename) broke off after \(received)\(expected.map { " of \($0)" } ?? "") bytes"
        case .brokeOff: "the server broke off its answer"
        case .timedOut: "the server did not answer in time"
        case .runTimedOut(let id): "the run \(id) took longer than allowed"
        case .lost(let id, let afterDrop):
            "the server does not know the run \(id) any more: "
                + (afterDrop ? "it was restarted, or the run was deleted" : "it was deleted from the queue")
        case .storage(let path, let reason): "\(path): \(reason)"
        case .cancelled: "cancelled"
        }
    }

    private static func suffix(_ message: String) -> String { message.isEmpty ? "" : ": \(message)" }
}
