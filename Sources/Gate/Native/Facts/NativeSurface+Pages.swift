internal import Basics
internal import Fleet
internal import HTTP
internal import Loop
internal import Store
internal import Wire

/// How old what is kept of the web UI may be.
enum PageRules {
    /// Milliseconds for which a file counts as the worker's own.
    static let freshness: UInt64 = 5_000
    /// Milliseconds after which a worker that did not answer is asked again, while there is something kept.
    static let pause: UInt64 = 2_000

    /// Named by their content: the same name in one edition has the same bytes.
    static func isFixed(_ segments: ArraySlice<RequestTarget.Segment>) -> Bool {
        segments.first?.text == "assets" && segments.count > 1
    }

    static func isFresh(_ checked: UInt64?, now: UInt64, isFixed: Bool) -> Bool {
        isFixed || checked.map { now - min($0, now) < freshness } ?? false
    }
}

extension NativeSurface {
    /// A file of the web UI: from the disk when the gate has it, else from the worker and then to the disk.
    ///
    /// The worker is asked without anything of who asks, so that what is kept is everybody's.
    func page(_ visit: Visit) async throws {
        guard let edition = fleet.catalogue?.edition,
            let path = (try? RequestTarget(segments: visit.segments.map(\.text)))?.path
        else { return try forward(visit, .page) }
        let shelf = fleet.ports.shelf
        let key = WorkerShelf.Key(edition, path)
        let now = pages.reactor.now
        let found = shelf.find(key)
        // The worker itself can answer who takes no gzip; few do.
        if found?.answer.encoding != nil, !AcceptHeaders.allowsGzip(visit.request.fields["Accept-Encoding"]) {
            return try forward(visit, .page)
        }
        if let found {
            let isFresh = PageRules.isFresh(found.checked, now: now, isFixed: PageRules.isFixed(visit.segments))
            let isAway = workerFailed.map { now - $0 < PageRules.pause } ?? false
            if isFresh || isAway, try await serve(visit, found.answer, key) { return }
        }
        let response: ClientResponse
        do throws(UpstreamFailure) {
            response = try await ask(path, found?.answer.validator, visit)
        } catch {
            workerFailed = pages.reactor.now
            if let found, try await serve(visit, found.answer, key) { return }
            throw error
        }
        workerFailed = nil
        switch response.status {
        case .notModified:
            shelf.confirm(key, at: now)
            if let found, try await serve(visit, found.answer, key) { return }
            try forward(visit, .page)
        case .ok:
            guard let answer = try await keep(response, key) else { return try forward(visit, .page) }
            if try await !serve(visit, answer, key) { try forward(visit, .page) }
        case let status where status.code >= 500:
            if let found, try await serve(visit, found.answer, key) { return }
            try forward(visit, .page)
        case let status:
            if found != nil { await shelf.drop(key) }
            // Whatever it says, it says it again to who asked.
            if status == .notFound { return try await visit.respond(.notFound) }
            try forward(visit, .page)
        }
    }

    private func ask(
        _ path: String, _ validator: String?, _ visit: Visit
    ) async throws(UpstreamFailure) -> ClientResponse {
        var fields = WorkerHead.credential(shared.settings)
        fields["Accept-Encoding"] = "gzip"
        fields["If-None-Match"] = validator
        fields["X-Request-Id"] = visit.requestID
        return try await pageClient.send(ClientRequest(.get, shared.settings.workerBasePath + path, fields))
    }

    /// Brings an answer to the disk; nil for one that is too long for it, or in a form that is not kept.
    private func keep(_ response: ClientResponse, _ key: WorkerShelf.Key) async throws -> ShelvedAnswer? {
        let fields = response.fields
        let encoding = fields["Content-Encoding"]?.lowercased()
        if let length = fields["Content-Length"].flatMap({ Int($0) }), length > WorkerShelf.answerLimit { return nil }
        guard encoding == nil || encoding == "gzip" else { return nil }
        let shelf = fleet.ports.shelf
        do {
            let draft = try await shelf.draft()
            while let chunk = try await response.nextChunk() { try await draft.write(chunk) }
            let asset = try await draft.commit()
            let answer = ShelvedAnswer(
                type: fields["Content-Type"] ?? "application/octet-stream", encoding: encoding,
                validator: fields["ETag"], caching: fields["Cache-Control"], (asset.hash, asset.size))
            await shelf.keep(key, answer, at: pages.reactor.now)
            return answer
        } catch is GateError {
            // Too long, or the disk takes nothing: the worker's answer is worth as much.
            return nil
        }
    }

    /// False when its bytes are gone.
    private func serve(_ visit: Visit, _ answer: ShelvedAnswer, _ key: WorkerShelf.Key) async throws -> Bool {
        let served: ServedFile
        do throws(GateError) {
            served = try await fleet.ports.shelf.open(answer)
        } catch {
            guard error.code == .notFound else { throw error }
            await fleet.ports.shelf.drop(key)
            return false
        }
        guard served.size == answer.size else {
            await fleet.ports.shelf.drop(key)
            return false
        }
        var fields = WorkerFilter.pageFields
        fields["Content-Type"] = answer.type
        fields["X-Request-Id"] = visit.requestID
        if let encoding = answer.encoding {
            fields["Content-Encoding"] = encoding
            fields["Vary"] = "Accept-Encoding"
        }
        if let caching = answer.caching {
            fields["Cache-Control"] = caching
            // As ComfyUI sends them together with its page.
            if caching.contains("no-store") || caching.contains("no-cache") {
                fields["Pragma"] = "no-cache"
                fields["Expires"] = "0"
            }
        }
        try await visit.exchange.sendFile(served, fields, lane: fleet.ports.lane)
        return true
    }
}
