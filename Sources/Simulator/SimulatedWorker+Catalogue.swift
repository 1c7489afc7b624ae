internal import Basics

/// What the worker has: classes, models, features, numbers.
extension SimulatedWorker {
    /// The recorded classes with the combos of today: model files, input files.
    var currentObjectInfo: JSONObject {
        var info = objectInfo
        for (classType, input, kinds) in ModelCombos.inputFiles {
            guard let known = info[classType] else { continue }
            info[classType] = ModelCombos.filled(known, input, with: inputFiles(kinds))
        }
        return info
    }

    /// Files of the top level of `input` whose content type or name fits.
    private func inputFiles(_ kinds: [String]) -> [String] {
        (files.list("input") ?? []).filter { entry in
            !entry.isDirectory
                && kinds.contains { kind in
                    entry.name.hasSuffix(kind) || FilePath.contentType(entry.name)?.hasPrefix(kind) ?? false
                }
        }.map(\.name)
    }

    func getObjectInfo() -> SimulatedResponse {
        var response = SimulatedResponse.json(.object(currentObjectInfo))
        if faults.objectInfoDelay > 0 { response.delivery = .holdUntil(now + faults.objectInfoDelay) }
        return response
    }

    func getObjectInfo(of classType: String) -> SimulatedResponse {
        guard let info = currentObjectInfo[classType] else { return .json([:]) }
        return .json(.object(JSONObject([(classType, info)])))
    }

    var features: JSON {
        guard case .object(var flags) = resources.body("features") else { return [:] }
        flags["max_upload_size"] = JSON(options.maximumBody)
        // Recorded with --enable-assets; a simulated worker has none.
        if flags["assets"] != nil { flags["assets"] = false }
        return .object(flags)
    }

    func getSystemStats() -> SimulatedResponse {
        guard case .object(var stats) = resources.body("system_stats"), case .object(var system)? = stats["system"]
        else {
            return .serverError
        }
        system["argv"] = ["main.py", "--port", "8188"]
        stats["system"] = .object(system)
        if let device = options.device {
            stats["devices"] = [
                [
                    "name": .string(device.name), "type": "cuda", "index": 0, "vram_total": JSON(device.vramTotal),
                    "vram_free": JSON(device.vramFree), "torch_vram_total": 0, "torch_vram_free": 0,
                ]
            ]
        }
        return .json(.object(stats))
    }

    func getEmbeddings() -> SimulatedResponse {
        .json(.array((options.models["embeddings"] ?? []).map { .string(FilePath.split($0).stem) }))
    }

    func getModels(in folder: String) -> SimulatedResponse {
        guard resources.body("models").array?.contains(.string(folder)) ?? false else { return .empty(404) }
        return .json(.array((options.models[folder] ?? []).sorted().map { .string($0) }))
    }

    func getExperimentModels(in folder: String) -> SimulatedResponse {
        guard resources.body("models").array?.contains(.string(folder)) ?? false else { return .empty(404) }
        let time = JSON(Double(wallStart.milliseconds) / 1_000)
        return .json(
            .array(
                (options.models[folder] ?? []).sorted().map {
                    ["name": .string($0), "pathIndex": 0, "modified": time, "created": time, "size": 0]
                }))
    }

    func getSubgraph(_ id: String) -> SimulatedResponse {
        guard case .object(var graph)? = resources.body("global_subgraphs")[id] else { return .json(nil) }
        // Text within the answer, as the files of real blueprints are sent.
        graph["data"] = .string(String(decoding: (graph["data"] ?? .null).encoded(), as: UTF8.self))
        return .json(.object(graph))
    }

    func getSubgraphs() -> SimulatedResponse {
        let graphs = resources.body("global_subgraphs").object?.members ?? []
        return .json(
            .object(
                JSONObject(
                    graphs.map { id, graph in
                        var listed = graph.object ?? JSONObject()
                        listed["data"] = nil
                        return (id, .object(listed))
                    })))
    }

    // MARK: - Internal

    func getLogs() -> SimulatedResponse {
        .json(.string(logs.entries.map { "\($0["t"]?.string ?? "") - \($0["m"]?.string ?? "")" }.joined()))
    }

    func getRawLogs() -> SimulatedResponse {
        .json(["entries": .array(logs.entries), "size": ["cols": 80, "rows": 24]])
    }

    func subscribeLogs(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = try? JSON(parsing: request.body, dialect: .python), let client = body["clientId"]?.string,
            let enabled = body["enabled"]
        else { return .serverError }
        if Self.isTrue(enabled) {
            if logSubscribers.count < options.maximumSockets { logSubscribers.insert(client) }
        } else {
            logSubscribers.remove(client)
        }
        return .empty()
    }

    /// Names of the top level, the newest first.
    func getFiles(_ type: String) -> SimulatedResponse {
        guard ["output", "input", "temp"].contains(type) else {
            return .json(["error": "Invalid directory type"], status: 400)
        }
        let found = (files.list(type) ?? []).filter { !$0.isDirectory }.sorted { $0.modified > $1.modified }
        if options.flavour.isModern {
            return .json(.array(found.filter { !$0.name.hasPrefix(".") }.map { .string("\($0.name) [\(type)]") }))
        }
        return .json(.array(found.map { .string($0.name) }))
    }

    // MARK: - Faults

    func getFaults() -> SimulatedResponse {
        .json([
            "startupTime": JSON(Int(clamping: faults.startupTime)),
            "refusesDuringStartup": JSON(faults.refusesDuringStartup),
            "postStall": JSON(Int(clamping: faults.postStall)), "stalledPosts": JSON(faults.stalledPosts),
            "postDelay": JSON(Int(clamping: faults.postDelay)), "delayedPosts": JSON(faults.delayedPosts),
            "failedButQueued": JSON(faults.failedButQueued), "rejectedPrompts": JSON(faults.rejectedPrompts),
            "lostAnswers": JSON(faults.lostAnswers), "brokenFiles": JSON(faults.brokenFiles),
            "cutSockets": JSON(faults.cutSockets),
            "deafSockets": JSON(faults.deafSockets), "errorAtNode": faults.errorAtNode.map { .string($0) } ?? nil,
            "outOfMemoryAtNode": faults.outOfMemoryAtNode.map { .string($0) } ?? nil,
            "hangAtNode": faults.hangAtNode.map { .string($0) } ?? nil,
            "crashAtNode": faults.crashAtNode.map { .string($0) } ?? nil,
            "listClientIDKills": JSON(faults.listClientIDKills), "nullExtraDataHangs": JSON(faults.nullExtraDataHangs),
            "emitsNaN": JSON(faults.emitsNaN), "losesHistory": JSON(faults.losesHistory),
            "socketDelay": JSON(Int(clamping: faults.socketDelay)),
            "objectInfoDelay": JSON(Int(clamping: faults.objectInfoDelay)),
        ])
    }

    func postFaults(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = (try? JSON(parsing: request.body))?.object, let plan = faults.updated(by: body) else {
            return .json(["error": "unknown member or wrong kind of value"], status: 400)
        }
        faults = plan
        return getFaults()
    }
}
