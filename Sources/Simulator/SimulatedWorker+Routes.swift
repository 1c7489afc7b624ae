internal import Basics

/// The table of routes and what stands in front of it (ComfyUI's `server.py`).
extension SimulatedWorker {
    typealias Handler = @Sendable (SimulatedWorker, SimulatedRequest, [String]) -> SimulatedResponse

    struct Route: Sendable {
        enum Prefix: Sendable { case both, bare, api }

        let method: String
        /// Segments; `*` stands for any one, `**` at the end for one or more.
        let pattern: [String]
        let prefix: Prefix
        let modernOnly: Bool
        let handler: Handler

        init(
            _ method: String, _ pattern: String, _ prefix: Prefix = .both, modernOnly: Bool = false,
            _ handler: @escaping Handler
        ) {
            self.method = method
            self.pattern = pattern.split(separator: "/").map { String($0) }
            (self.prefix, self.modernOnly, self.handler) = (prefix, modernOnly, handler)
        }

        /// The segments that stand for `*` and `**`; nil where the path is another.
        func match(_ path: [String]) -> [String]? {
            var found: [String] = []
            for (index, part) in pattern.enumerated() {
                guard index < path.count else { return nil }
                if part == "**" { return found + [path[index...].joined(separator: "/")] }
                if part == "*" { found.append(path[index]) } else if part != path[index] { return nil }
            }
            return path.count == pattern.count ? found : nil
        }
    }

    static let routes: [Route] = [
        Route("GET", "prompt") { worker, _, _ in worker.getPrompt() },
        Route("POST", "prompt") { worker, request, _ in worker.postPrompt(request) },
        Route("GET", "queue") { worker, _, _ in worker.getQueue() },
        Route("POST", "queue") { worker, request, _ in worker.postQueue(request) },
        Route("POST", "interrupt") { worker, request, _ in worker.postInterrupt(request) },
        Route("POST", "free") { worker, request, _ in worker.postFree(request) },
        Route("GET", "history") { worker, request, _ in worker.getHistory(request) },
        Route("GET", "history/*") { worker, _, found in worker.getHistory(of: found[0]) },
        Route("POST", "history") { worker, request, _ in worker.postHistory(request) },
        Route("GET", "ws") { _, request, _ in webSocketWithoutUpgrade(request) },

        Route("GET", "view") { worker, request, _ in worker.view(request) },
        Route("GET", "view_metadata/*") { _, _, _ in .empty(404) },
        Route("POST", "upload/image") { worker, request, _ in worker.uploadImage(request) },
        Route("POST", "upload/mask") { worker, request, _ in worker.uploadMask(request) },

        Route("GET", "object_info") { worker, _, _ in worker.getObjectInfo() },
        Route("GET", "object_info/*") { worker, _, found in worker.getObjectInfo(of: found[0]) },
        Route("GET", "system_stats") { worker, _, _ in worker.getSystemStats() },
        Route("GET", "features") { worker, _, _ in .json(worker.features) },
        Route("GET", "embeddings") { worker, _, _ in worker.getEmbeddings() },
        Route("GET", "models") { worker, _, _ in .json(worker.resources.body("models")) },
        Route("GET", "models/*") { worker, _, found in worker.getModels(in: found[0]) },
        Route("GET", "experiment/models") { worker, _, _ in .json(worker.resources.body("experiment_models")) },
        Route("GET", "experiment/models/*") { worker, _, found in worker.getExperimentModels(in: found[0]) },
        Route("GET", "experiment/models/preview/*/*/**") { _, _, _ in .empty(404) },
        Route("GET", "extensions") { worker, _, _ in .json(worker.resources.body("extensions")) },
        Route("GET", "i18n") { _, _, _ in .json([:]) },
        Route("GET", "workflow_templates") { _, _, _ in .json([:]) },
        Route("GET", "global_subgraphs", modernOnly: true) { worker, _, _ in worker.getSubgraphs() },
        Route("GET", "global_subgraphs/*", modernOnly: true) { worker, _, found in worker.getSubgraph(found[0]) },
        Route("GET", "node_replacements", modernOnly: true) { worker, _, _ in
            .json(worker.resources.body("node_replacements"))
        },

        Route("GET", "settings") { worker, _, _ in worker.getSettings() },
        Route("POST", "settings") { worker, request, _ in worker.postSettings(request) },
        Route("GET", "settings/*") { worker, _, found in worker.getSetting(found[0]) },
        Route("POST", "settings/*") { worker, request, found in worker.postSetting(found[0], request) },
        Route("GET", "users") { _, _, _ in .json(["storage": "server", "migrated": true]) },
        Route("POST", "users") { worker, request, _ in worker.postUsers(request) },
        Route("GET", "userdata") { worker, request, _ in worker.listUserData(request) },
        Route("GET", "v2/userdata") { worker, request, _ in worker.listUserDataTree(request) },
        Route("GET", "userdata/*") { worker, request, found in worker.getUserData(found[0], request) },
        Route("POST", "userdata/*") { worker, request, found in worker.postUserData(found[0], request) },
        Route("DELETE", "userdata/*") { worker, _, found in worker.deleteUserData(found[0]) },
        Route("POST", "userdata/*/move/*") { worker, request, found in
            worker.moveUserData(found[0], to: found[1], request)
        },

        Route("GET", "internal/logs", .bare) { worker, _, _ in worker.getLogs() },
        Route("GET", "internal/logs/raw", .bare) { worker, _, _ in worker.getRawLogs() },
        Route("PATCH", "internal/logs/subscribe", .bare) { worker, request, _ in worker.subscribeLogs(request) },
        Route("GET", "internal/folder_paths", .bare) { worker, _, _ in
            .json(worker.resources.body("internal.folder_paths"))
        },
        Route("GET", "internal/files/*", .bare) { worker, _, found in worker.getFiles(found[0]) },

        Route("GET", "jobs", .api, modernOnly: true) { worker, request, _ in worker.getJobs(request) },
        Route("GET", "jobs/*", .api, modernOnly: true) { worker, _, found in worker.getJob(found[0]) },
        Route("POST", "jobs/cancel", .api, modernOnly: true) { worker, request, _ in worker.cancelJobs(request) },
        Route("POST", "jobs/*/cancel", .api, modernOnly: true) { worker, _, found in worker.cancelJob(found[0]) },
        Route("GET", "tags", .api, modernOnly: true) { _, _, _ in assetsDisabled },
        Route("GET", "assets", .api, modernOnly: true) { _, _, _ in assetsDisabled },
        Route("POST", "assets", .api, modernOnly: true) { _, _, _ in assetsDisabled },
        Route("GET", "assets/**", .api, modernOnly: true) { _, _, _ in assetsDisabled },
        Route("POST", "assets/**", .api, modernOnly: true) { _, _, _ in assetsDisabled },
        Route("PUT", "assets/**", .api, modernOnly: true) { _, _, _ in assetsDisabled },
        Route("DELETE", "assets/**", .api, modernOnly: true) { _, _, _ in assetsDisabled },

        // Not in ComfyUI: what goes wrong next.
        Route("GET", "simulator/faults", .bare) { worker, _, _ in worker.getFaults() },
        Route("POST", "simulator/faults", .bare) { worker, request, _ in worker.postFaults(request) },
    ]

    static var assetsDisabled: SimulatedResponse {
        .json(
            [
                "error": [
                    "code": "SERVICE_DISABLED",
                    "message": "Assets system is disabled. Start the server with --enable-assets to use it.",
                    "details": [:],
                ]
            ], status: 503)
    }

    /// One request, complete; the answer says when and how to send it.
    public func handle(_ request: SimulatedRequest) -> SimulatedResponse {
        guard !isDead else { return Self.dropped }
        guard now >= startedAt + faults.startupTime else {
            return faults.refusesDuringStartup ? Self.dropped : .empty(503)
        }
        let isHead = request.method == "HEAD"
        var response = answer(request, method: isHead ? "GET" : request.method)
        // A handler may have run into a fault that ends the process.
        guard !isDead else { return Self.dropped }
        addDeliveryFaults(&response, request)
        addCacheHeaders(&response, request)
        if let origin = options.corsOrigin { addCORSHeaders(&response, origin) }
        if isHead {
            response.announcedLength = response.body.count
            response.body = []
        }
        return response
    }

    private func addDeliveryFaults(_ response: inout SimulatedResponse, _ request: SimulatedRequest) {
        guard request.path.first != "simulator" else { return }
        if request.method == "POST", faults.lostAnswers > 0 {
            faults.lostAnswers -= 1
            response.delivery = .drop
        } else if request.method == "GET", request.path.last == "view", response.status == 200, faults.brokenFiles > 0 {
            faults.brokenFiles -= 1
            response.delivery = .breakOff
        }
    }

    private static var dropped: SimulatedResponse {
        var response = SimulatedResponse.empty(503)
        response.delivery = .drop
        return response
    }

    private func answer(_ request: SimulatedRequest, method: String) -> SimulatedResponse {
        guard request.body.count <= options.maximumBody else {
            return .text("Maximum request body size \(options.maximumBody) exceeded.", status: 413)
        }
        guard isAllowedOrigin(request) else { return .empty(403) }
        if method == "OPTIONS" { return .empty() }
        var methods: Set<String> = []
        let hasPrefix = request.path.first == "api"
        let rest = hasPrefix ? Array(request.path.dropFirst()) : request.path
        // Routes that exist only below /api were also given the twin below it.
        let inner = hasPrefix && rest.first == "api" ? Array(rest.dropFirst()) : rest
        for route in Self.routes where options.flavour.isModern || !route.modernOnly {
            let path: [String]
            switch route.prefix {
            case .both: path = rest
            case .bare: path = request.path
            case .api:
                guard hasPrefix else { continue }
                path = inner
            }
            guard let found = route.match(path) else { continue }
            if route.method == method { return route.handler(self, request, found) }
            methods.insert(route.method)
        }
        guard method == "GET" else { return .methodNotAllowed(methods) }
        return hasPrefix ? .notFound : serveUI(request)
    }

    private static func webSocketWithoutUpgrade(_ request: SimulatedRequest) -> SimulatedResponse {
        let shown = request.header("upgrade") ?? "None"
        return .text("No WebSocket UPGRADE hdr: \(shown)\n Can \"Upgrade\" only to \"WebSocket\".", status: 400)
    }

    // MARK: - Middleware

    /// Also what a WebSocket upgrade must pass, which the shell asks before `connect`.
    public func isAllowedOrigin(_ request: SimulatedRequest) -> Bool {
        guard options.corsOrigin == nil else { return true }
        if options.flavour.isModern, request.header("sec-fetch-site") == "cross-site" { return false }
        guard let host = request.header("host"), let origin = request.header("origin") else { return true }
        let own = Self.hostAndPort(host)
        let theirs = Self.hostAndPort(origin)
        guard Self.isLoopback(own.host) else { return true }
        if own.host != theirs.host { return false }
        return own.port == nil || theirs.port == nil || own.port == theirs.port
    }

    private static func hostAndPort(_ text: String) -> (host: String, port: String?) {
        var rest = text.lowercased()[...]
        if let scheme = rest.firstIndex(of: "/") {
            rest = rest[scheme...].drop { $0 == "/" }
            rest = rest.prefix { $0 != "/" }
        }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            let port = rest[rest.index(after: end)...].dropFirst()
            return (String(rest[...end]), port.isEmpty ? nil : String(port))
        }
        let parts = rest.split(separator: ":", maxSplits: 1)
        return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : nil)
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]" || (host.hasPrefix("127.") && host.split(separator: ".").count == 4)
    }

    private func addCacheHeaders(_ response: inout SimulatedResponse, _ request: SimulatedRequest) {
        guard response.header("Cache-Control") == nil, let name = request.path.last?.lowercased() else { return }
        if name.hasSuffix(".js") || name.hasSuffix(".css") || (name.hasPrefix("index") && name.hasSuffix(".json")) {
            response.headers.append(("Cache-Control", options.flavour.isModern ? "no-store" : "no-cache"))
        } else if [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".gif", ".webp"].contains(where: name.hasSuffix) {
            let age = response.status == 404 ? 3_600 : 86_400
            response.headers.append(("Cache-Control", "public, max-age=\(age)"))
        }
    }

    private func addCORSHeaders(_ response: inout SimulatedResponse, _ origin: String) {
        response.headers += [
            ("Access-Control-Allow-Origin", origin),
            (
                "Access-Control-Allow-Methods",
                options.flavour.isModern ? "POST, GET, DELETE, PUT, OPTIONS, PATCH" : "POST, GET, DELETE, PUT, OPTIONS"
            ),
            ("Access-Control-Allow-Headers", "Content-Type, Authorization"),
            ("Access-Control-Allow-Credentials", "true"),
        ]
    }

    // MARK: - Web UI

    private func serveUI(_ request: SimulatedRequest) -> SimulatedResponse {
        let fresh: [(name: String, value: String)] = [
            ("Cache-Control", options.flavour.isModern ? "no-store, must-revalidate" : "no-cache"),
            ("Pragma", "no-cache"), ("Expires", "0"),
        ]
        if request.path.isEmpty {
            let page =
                options.uiRoot.flatMap { Self.diskFile("\($0)/index.html") }
                ?? StoredFile(bytes: Array(Self.builtInPage.utf8), modified: wallNanoseconds, created: wallNanoseconds)
            return .file(page, type: "text/html", request: request, headers: fresh)
        }
        let name = request.path.joined(separator: "/")
        guard let root = options.uiRoot, let path = FilePath.resolve(name), let file = Self.diskFile("\(root)/\(path)")
        else { return .notFound }
        return .file(file, type: FilePath.contentType(path) ?? "application/octet-stream", request: request)
    }

    private static func diskFile(_ path: String) -> StoredFile? {
        guard let info = DiskFiles.info(path), let bytes = DiskFiles.read(path, limit: 256 << 20) else { return nil }
        return StoredFile(bytes: bytes, modified: info.modified, created: info.created)
    }

    private static let builtInPage = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Simulated worker</title></head>
        <body><h1>Simulated worker</h1><p>This process answers like ComfyUI and paints without a GPU. \
        It has no web UI of its own.</p></body></html>
        """
}
