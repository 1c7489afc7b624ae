internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// What a client's errors mean to a person, with the remedy.
enum RunFailure {
    static func explain(_ error: ComfyClientError, at address: String, _ terminal: Terminal) -> CommandFailure {
        typealias Say = RunMessages
        func failure(_ what: Phrase, _ remedy: Phrase? = nil) -> CommandFailure {
            CommandFailure(at: address, what, remedy)
        }
        switch error {
        case .badAddress: return failure(Say.badAddress(), Say.badAddressRemedy())
        case .badAuthority(let reason): return failure(Phrase(verbatim: reason))
        case .unreachable(let reason):
            let isSecure = address.hasPrefix("https:")
            return failure(
                Say.unreachable(["reason": reason]), isSecure ? Say.unreachableSecure() : Say.unreachableRemedy())
        case .unauthorized(let source?): return failure(Say.unauthorized(["source": source]), Say.unauthorizedRemedy())
        case .unauthorized(nil): return failure(Say.noToken(), Say.noTokenRemedy())
        case .forbidden(let message): return failure(Say.forbidden(["message": message]))
        case .rejected(let rejection): return failure(Say.rejected(["message": rejection.error.message]))
        case .tooLarge(let count): return failure(Say.tooLarge(["count": "\(count)"]), Say.tooLargeRemedy())
        case .busy(let status, let message):
            return failure(Say.busy(["status": "\(status)", "message": message]), Say.busyRemedy())
        case .redirected(let place): return failure(Say.redirected(["place": place]), Say.redirectedRemedy())
        case .status, .notComfyUI: return failure(Phrase(verbatim: error.description), Say.notComfyUIRemedy())
        case .missing(let file): return failure(Say.missing(["file": file.filename, "node": file.node]))
        case .truncated(let file, let expected, let received):
            let whole = expected.map { "\($0)" } ?? "?"
            return failure(
                Say.truncated(["file": file.filename, "received": "\(received)", "expected": whole]),
                Say.truncatedRemedy())
        case .brokeOff: return failure(Say.brokeOff())
        case .timedOut: return failure(Say.timedOut())
        case .runTimedOut: return failure(Say.runTimedOut(), Say.runTimedOutRemedy())
        case .lost(let id, let afterDrop):
            return failure((afterDrop ? Say.lostAfterDrop : Say.lost)(["id": id]), Say.lostRemedy())
        case .storage(let path, let reason): return CommandFailure(at: path, Phrase(verbatim: reason))
        case .cancelled: return failure(Say.cancelled())
        }
    }

    /// Why a run failed on the server.
    static func explain(_ result: RunResult, _ workflow: Workflow) -> CommandFailure {
        let run = result.promptID
        switch result.outcome {
        case .success: return CommandFailure(at: run, RunMessages.partly(count: result.dropped.count))
        case .interrupted: return CommandFailure(at: run, RunMessages.interrupted())
        case .failed(nil): return CommandFailure(at: run, RunMessages.failed())
        case .failed(let error?):
            let id = error.node ?? "?"
            let title = workflow[id]?.title.map { " \"\($0)\"" } ?? ""
            let place = "node \(id) (\(error.nodeType ?? "?")\(title))"
            let message = error.exceptionMessage.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            if isMemory(error) {
                return CommandFailure(at: place, RunMessages.outOfMemory(), RunMessages.outOfMemoryRemedy())
            }
            let what = message.isEmpty ? error.exceptionType : "\(error.exceptionType): \(message)"
            return CommandFailure(at: place, Phrase(verbatim: what))
        }
    }

    static func isMemory(_ error: ExecutionError) -> Bool {
        let message = error.exceptionMessage.lowercased()
        return error.exceptionType.hasSuffix("OutOfMemoryError") || message.contains("out of memory")
            || message.hasPrefix("allocation on device")
    }
}
