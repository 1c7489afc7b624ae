internal import Basics
internal import HTTP
internal import Loop
internal import Wire

extension ComfyClient {
    /// Uploads a file for a loader's input; identical bytes are stored once.
    ///
    /// - Parameters:
    ///   - name: Its last part is used.
    ///   - contentType: ComfyUI looks only at the name.
    public func upload(
        _ bytes: [UInt8], name: String, subfolder: String = "", overwrite: Bool = false,
        contentType: String = "application/octet-stream"
    ) async throws(ComfyClientError) -> UploadedFile {
        let base = String(name.split(separator: "/").last ?? "file")
        let type: String
        let body: [UInt8]
        do throws(MultipartWriter.Failure) {
            (type, body) = try UploadedFile.form(
                bytes, name: base, subfolder: subfolder, overwrite: overwrite, contentType: contentType)
        } catch {
            throw .storage(path: name, reason: "the name holds control characters")
        }
        let answer = try await ask(request(.post, "/upload/image", body: body, contentType: type))
        guard let file = UploadedFile(try answer.json("/upload/image")) else {
            throw .notComfyUI(path: "/upload/image")
        }
        return file
    }

    /// A file of a run, in memory.
    ///
    /// - Throws: `missing`, or `truncated` when it broke off.
    public func view(_ file: OutputFile) async throws(ComfyClientError) -> [UInt8] {
        let response = try await open(file)
        let expected = response.fields["Content-Length"].flatMap { Int($0) }
        var bytes: [UInt8] = []
        while let chunk = try await next(of: response, file, expected, received: bytes.count) {
            guard bytes.count + chunk.count <= options.answerLimit else { throw .notComfyUI(path: "/view") }
            bytes += chunk
        }
        return bytes
    }

    /// Stores a file of a run in a folder, which is made when it is not there.
    ///
    /// The bytes go to a `.part` file that gets its name only when all of them have come; a name that is taken gets
    /// `-1`, `-2` … and nothing is overwritten. A download that breaks off is tried again.
    public func download(_ file: OutputFile, to folder: String) async throws(ComfyClientError) -> StoredFile {
        var attempt = 1
        while true {
            do {
                return try await downloadOnce(file, to: folder)
            } catch {
                guard error.isPassing, attempt < options.downloadAttempts else { throw error }
            }
            try await pause(options.retryDelay << UInt64(min(attempt, 4)))
            attempt += 1
        }
    }

    private func downloadOnce(_ file: OutputFile, to folder: String) async throws(ComfyClientError) -> StoredFile {
        let response = try await open(file)
        let expected = response.fields["Content-Length"].flatMap { Int($0) }
        let part = try await Self.onDisk { () throws(ComfyClientError) in
            try PartFile(folder: folder, name: file.filename)
        }
        var received = 0
        do throws(ComfyClientError) {
            while let chunk = try await next(of: response, file, expected, received: received) {
                received += chunk.count
                try await Self.onDisk { () throws(ComfyClientError) in try part.write(chunk) }
            }
            let count = received
            return try await Self.onDisk { () throws(ComfyClientError) in try part.keep(byteCount: count) }
        } catch {
            // The disk's thread may still hold it for a moment; whoever hears of the error finds nothing left.
            part.discard()
            throw error
        }
    }

    private func open(_ file: OutputFile) async throws(ComfyClientError) -> ClientResponse {
        let query = [("filename", file.filename), ("subfolder", file.subfolder), ("type", file.type)]
        let request = request(.get, "/view", query.map { (name: $0.0, value: $0.1) })
        let answer: Answer
        do throws(UpstreamFailure) {
            let response = try await http.send(request)
            if response.status == .ok { return response }
            let body = try await response.body(limit: 1 << 20)
            answer = Answer(status: response.status, fields: response.fields, body: body)
        } catch {
            throw ComfyClientError(error)
        }
        throw answer.status == .notFound ? .missing(file) : failure(answer, request)
    }

    /// The next piece; the file ends well only when as many bytes came as were announced.
    private func next(
        of response: ClientResponse, _ file: OutputFile, _ expected: Int?, received: Int
    ) async throws(ComfyClientError) -> [UInt8]? {
        let chunk: [UInt8]?
        do throws(UpstreamFailure) {
            chunk = try await response.nextChunk()
        } catch {
            if case .timedOut = error { throw .timedOut }
            throw .truncated(file, expected: expected, received: received)
        }
        if Task.isCancelled { throw .cancelled }
        if chunk == nil, let expected, expected != received {
            throw .truncated(file, expected: expected, received: received)
        }
        return chunk
    }

    /// Files are written where blocking does no harm.
    private static let lane = Lane("files", threads: 1, capacity: 256)

    private static func onDisk<Result: Sendable>(
        _ body: @escaping @Sendable () throws(ComfyClientError) -> Result
    ) async throws(ComfyClientError) -> Result {
        do {
            return try await lane.run(body)
        } catch let error as ComfyClientError {
            throw error
        } catch {
            throw .storage(path: "", reason: "\(error)")
        }
    }
}
