internal import Basics

/// What is wrong with a body that somebody sends to `POST /prompt`, before any server has seen it.
enum RequestRules {
    /// Nil for a body that a ComfyUI takes, as far as that can be told without its nodes.
    ///
    /// - Parameter name: Of the file, as a place.
    static func judge(_ bytes: [UInt8], name: String) -> Cause? {
        func cause(_ id: String, _ words: DiagnosisMessages.Pair, _ arguments: [String: String] = [:]) -> Cause {
            Cause(
                id: id, hop: .request, place: name, evidence: Phrase(words.evidence, arguments),
                remedy: Phrase(words.remedy, arguments))
        }
        guard let json = try? JSON(parsing: bytes, dialect: .python), let body = json.object else {
            return cause("request.not_json", DiagnosisMessages.requestNotJSON)
        }
        if isSavedWorkflow(json) || body["prompt"].map(isSavedWorkflow) == true {
            return cause("request.ui_format", DiagnosisMessages.requestOfTheUI, ["file": name])
        }
        guard let prompt = body["prompt"] else {
            return isGraph(body)
                ? cause("request.not_wrapped", DiagnosisMessages.requestNotWrapped)
                : cause("request.no_prompt", DiagnosisMessages.requestWithoutPrompt)
        }
        guard let graph = prompt.object, isGraph(graph) else {
            return cause("request.no_graph", DiagnosisMessages.requestWithoutGraph)
        }
        if let id = body["client_id"], id.string == nil {
            return cause(
                "request.client_id", DiagnosisMessages.requestClientID,
                ["value": String(decoding: id.encoded().prefix(40), as: UTF8.self)])
        }
        return nil
    }

    /// As the editor saves it: a list of nodes and one of links.
    private static func isSavedWorkflow(_ json: JSON) -> Bool { json["nodes"]?.array != nil && json["links"] != nil }

    /// Nodes by their ids, each with its class.
    private static func isGraph(_ object: JSONObject) -> Bool {
        !object.isEmpty && object.members.allSatisfy { $0.value["class_type"]?.string != nil }
    }
}
