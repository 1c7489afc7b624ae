internal import Basics
internal import ComfyAPI

/// `/prompt`.
extension SimulatedWorker {
    func getPrompt() -> SimulatedResponse { .json(statusData) }

    func postPrompt(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = try? JSON(parsing: request.body, dialect: .python) else { return .serverError }
        log("got prompt")
        guard case .object(let object) = body else { return refusesScalar(body) }
        // The counter moves for refused prompts too.
        let number: JSONNumber
        if let given = object["number"] {
            guard let read = Self.float(given) else { return .serverError }
            number = read
        } else {
            let front = object["front"] == true ? -counter : counter
            counter += 1
            number = JSONNumber(front)
        }
        guard let prompt = object["prompt"] else { return Self.noPrompt }
        let id: String
        switch promptID(object["prompt_id"]) {
        case .success(let text): id = text
        case .failure: return Self.badID
        }
        let targets = object["partial_execution_targets"]?.array?.compactMap(\.string)
        if faults.rejectedPrompts > 0 {
            faults.rejectedPrompts -= 1
            return Self.rejectionByFault(prompt)
        }
        switch judge(prompt, targets: targets) {
        case .serverError: return .serverError
        case .rejected(let rejection):
            log("invalid prompt: \(PythonJSON.text(rejection.error.json))")
            return .json(
                ["error": rejection.error.json, "node_errors": NodeFaults.json(rejection.nodes)], status: 400)
        case .accepted(let accepted):
            guard let extra = extraData(object) else { return .serverError }
            let job = Job(
                number: number, id: id, prompt: accepted.prompt, extraData: extra, outputs: accepted.outputs)
            let answer: JSON = [
                "prompt_id": .string(id), "number": .number(number),
                "node_errors": NodeFaults.json(accepted.nodeErrors),
            ]
            return accept(job, .json(answer, emitsNaN: faults.emitsNaN))
        }
    }

    private func accept(_ job: Job, _ accepted: SimulatedResponse) -> SimulatedResponse {
        guard pending.count < options.maximumPending else { return .serverError }
        note("received", job, [("prompt", .object(job.prompt))])
        if faults.stalledPosts > 0 {
            faults.stalledPosts -= 1
            late.append((now + faults.postStall, job))
            var response = accepted
            response.delivery = .holdUntil(now + faults.postStall)
            return response
        }
        guard enqueue(job) else { return .serverError }
        if faults.failedButQueued > 0 {
            faults.failedButQueued -= 1
            return .serverError
        }
        guard faults.delayedPosts > 0 else { return accepted }
        faults.delayedPosts -= 1
        var response = accepted
        response.delivery = .holdUntil(now + faults.postDelay)
        return response
    }

    private func judge(_ prompt: JSON, targets: [String]?) -> WorkflowValidator.Verdict {
        // The validator's closure may not hold the file tree: it gets the names that are there.
        var there: Set<String> = []
        for (_, node) in prompt.object?.members ?? [] {
            for (_, value) in node["inputs"]?.object?.members ?? [] {
                if let name = value.string, inputExists(name) { there.insert(name) }
            }
        }
        let names = there
        return WorkflowValidator(classes, flavour: options.flavour) { _, _, name in names.contains(name) }
            .validate(prompt, targets: targets)
    }

    /// Whether a loader finds this file in `input`, or where the name's ending says.
    private func inputExists(_ name: String) -> Bool {
        guard name.utf8.count <= 4_096 else { return false }
        let named = FilePath.annotated(name)
        guard let path = FilePath.resolve(named.type ?? "input", named.name) else { return false }
        return files.exists(path)
    }

    // MARK: - Members

    /// Python looks for the members of a list or a text too, and finds none.
    private func refusesScalar(_ body: JSON) -> SimulatedResponse {
        switch body {
        case .array, .string: Self.noPrompt
        default: .serverError
        }
    }

    private static var noPrompt: SimulatedResponse {
        let error = Self.error("no_prompt", "No prompt provided", "No prompt provided")
        return .json(["error": error, "node_errors": [:]], status: 400)
    }

    private static var badID: SimulatedResponse {
        let error = Self.error(
            "invalid_prompt_id", "prompt_id must be a valid UUID",
            "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one"
        )
        return .json(["error": error, "node_errors": [:]], status: 400)
    }

    private static func rejectionByFault(_ prompt: JSON) -> SimulatedResponse {
        let error = Self.error(
            "prompt_outputs_failed_validation", "Prompt outputs failed validation", "")
        guard let (id, node) = prompt.object?.members.first else {
            return .json(["error": error, "node_errors": [:]], status: 400)
        }
        let fault = Self.error(
            "custom_validation_failed", "Custom validation failed for node", "simulated fault",
            ["input_name": "simulated"])
        let entry: JSON = [
            "errors": [fault], "dependent_outputs": [.string(id)], "class_type": node["class_type"] ?? nil,
        ]
        return .json(["error": error, "node_errors": .object(JSONObject([(id, entry)]))], status: 400)
    }

    private static func error(_ type: String, _ message: String, _ details: String, _ extra: JSON = [:]) -> JSON {
        ["type": .string(type), "message": .string(message), "details": .string(details), "extra_info": extra]
    }

    private struct BadPromptID: Error {}

    private func promptID(_ given: JSON?) -> Result<String, BadPromptID> {
        guard let given else { return .success(makeUUID().description) }
        if options.flavour.isModern {
            if given.isNull { return .success(makeUUID().description) }
            guard let text = given.string, UUID(text) != nil else { return .failure(BadPromptID()) }
            return .success(text)
        }
        return .success(Self.pythonText(given))
    }

    /// `str()` of a JSON value.
    private static func pythonText(_ value: JSON) -> String {
        switch value {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .number(let number): number.literal
        case .string(let text): text
        case .array, .object: PythonJSON.text(value)
        }
    }

    /// `float()` of a JSON value: a whole number gets its `.0`; nil where Python raises.
    private static func float(_ value: JSON) -> JSONNumber? {
        switch value {
        case .number(let number): JSONNumber(number.double)
        case .bool(let flag): JSONNumber(flag ? 1.0 : 0.0)
        case .string(let text): text.lowercased() == "nan" ? JSONNumber(.nan) : Double(text).map { JSONNumber($0) }
        default: nil
        }
    }

    /// What is stored with the job; nil where the real server raises.
    private func extraData(_ object: JSONObject) -> JSON? {
        let given = object["extra_data"] ?? [:]
        guard case .object(var extra) = given else {
            // Only null without a client_id gets past the handler of 0.3.64, and stops its execution thread later.
            guard given.isNull, object["client_id"] == nil, !options.flavour.isModern else { return nil }
            return faults.nullExtraDataHangs ? .null : [:]
        }
        if let client = object["client_id"] { extra["client_id"] = client }
        if options.flavour.isModern {
            extra["api_key_comfy_org"] = nil
            extra["auth_token_comfy_org"] = nil
            extra["create_time"] = timestamp
        }
        return .object(extra)
    }
}
