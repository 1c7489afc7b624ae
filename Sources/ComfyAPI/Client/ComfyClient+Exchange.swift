internal import Basics
internal import HTTP
internal import Wire

extension ComfyClient {
    struct Answer {
        let status: Status
        let fields: Fields
        let body: [UInt8]

        func json(_ path: String) throws(ComfyClientError) -> JSON {
            guard let json = try? JSON(parsing: body, dialect: .python) else { throw .notComfyUI(path: path) }
            return json
        }
    }

    func request(
        _ method: Method, _ path: String, _ query: [(name: String, value: String)] = [], body: [UInt8] = [],
        contentType: String? = nil
    ) -> ClientRequest {
        var target = url.basePath + path
        if !query.isEmpty { target += "?" + Query(query).encoded }
        var fields = self.fields
        fields["Content-Type"] = contentType
        return ClientRequest(method, target, fields, body: body)
    }

    var fields: Fields {
        var fields: Fields = ["User-Agent": options.userAgent, "Accept": "*/*"]
        if let credential { fields.append("Authorization", credential.field) }
        return fields
    }

    /// Sends a request and repeats it while the server is busy.
    ///
    /// - Parameters:
    ///   - deadline: By the loop's clock; nil takes the client's patience.
    ///   - accepting: Statuses beside 2xx that the caller reads itself.
    /// - Throws: What the status means for every other answer.
    func ask(
        _ request: ClientRequest, deadline: UInt64? = nil, accepting: Set<Int> = []
    ) async throws(ComfyClientError) -> Answer {
        let last = deadline ?? now + options.patience
        var delay = options.retryDelay
        while true {
            let answer: Answer
            do throws(UpstreamFailure) {
                let (status, fields, body) = try await http.fetch(request, limit: options.answerLimit)
                answer = Answer(status: status, fields: fields, body: body)
            } catch {
                throw ComfyClientError(error)
            }
            if answer.status.isSuccess || accepting.contains(answer.status.code) { return answer }
            let error = failure(answer, request)
            guard case .busy = error else { throw error }
            let wait = Self.retryAfter(answer.fields["Retry-After"]) ?? delay
            guard now + wait <= last else { throw error }
            try await pause(wait)
            delay = min(delay * 2, 5_000)
        }
    }

    func failure(_ answer: Answer, _ request: ClientRequest) -> ComfyClientError {
        let path = String(request.target.prefix { $0 != "?" })
        let message = Self.message(answer.body)
        switch answer.status.code {
        case 301, 302, 303, 307, 308: return .redirected(to: answer.fields["Location"] ?? "elsewhere")
        case 401: return .unauthorized(source: credential?.source)
        case 403: return .forbidden(message)
        case 413: return .tooLarge(byteCount: request.body.count)
        case 429, 503: return .busy(status: answer.status.code, message: message)
        default: return .status(answer.status.code, path: path, message: message)
        }
    }

    /// Milliseconds; the form with a date is rare and read as nothing.
    static func retryAfter(_ field: String?) -> UInt64? {
        field.flatMap { UInt64($0) }.map { min($0, 3_600) * 1_000 }
    }

    /// What a body says to a person, in one line of at most 300 characters.
    static func message(_ body: [UInt8]) -> String {
        var text = String(decoding: body.prefix(4_096), as: UTF8.self)
        if let json = try? JSON(parsing: body, dialect: .python) {
            let error = json["error"]
            text = error?["message"]?.string ?? error?.string ?? json["message"]?.string ?? ""
        } else if text.drop(while: \.isWhitespace).hasPrefix("<") {
            text = ""
        }
        return String(text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300))
    }
}

extension ComfyClientError {
    init(_ failure: UpstreamFailure) {
        switch failure {
        case .unreachable(let reason): self = .unreachable(reason)
        case .timedOut: self = .timedOut
        case .brokeOff: self = .brokeOff
        case .invalid(let reason): self = .unreachable(reason)
        case .overloaded: self = .unreachable("too many requests wait")
        }
    }
}
