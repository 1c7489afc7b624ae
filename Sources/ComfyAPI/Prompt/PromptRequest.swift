public import Basics

/// The body of `POST /prompt`, reduced to what is known and harmless.
///
/// Workers die of, hang on or spread bodies that real clients never send; reading here refuses those, and `json` builds
/// a new body out of checked parts, so that nothing else can reach a worker.
public struct PromptRequest: Sendable, Hashable {
    /// An object of objects; whether it is a good graph is the validator's question.
    public var prompt: JSONObject
    /// Whose event socket hears of the run.
    public var clientID: String?
    public var promptID: String?
    /// Finite; the lowest runs first.
    public var number: JSONNumber?
    /// Ahead of all that gave no number; means nothing beside `number`.
    public var front: Bool
    /// Outputs to run; nil runs all.
    public var targets: [String]?
    /// Members of PNG text chunks, each an object; `workflow` is the editor's graph.
    public var extraPNGInfo: ExtraPNGInfo?
    /// Keys for ComfyUI's paid nodes, by member of `extra_data`; in no log and no listing.
    public var credentials: [String: Secret]
    /// `preview_method`, `comfy_usage_source` and what custom packs put there.
    public var otherExtraData: JSONObject

    public init(
        prompt: JSONObject, clientID: String? = nil, promptID: String? = nil, number: JSONNumber? = nil,
        front: Bool = false, targets: [String]? = nil, extraPNGInfo: ExtraPNGInfo? = nil,
        credentials: [String: Secret] = [:], otherExtraData: JSONObject = JSONObject()
    ) {
        (self.prompt, self.clientID, self.promptID) = (prompt, clientID, promptID)
        (self.number, self.front, self.targets) = (number, front, targets)
        (self.extraPNGInfo, self.credentials, self.otherExtraData) = (extraPNGInfo, credentials, otherExtraData)
    }

    /// Members of `extra_data` that hold credentials.
    public static let credentialNames = ["auth_token_comfy_org", "api_key_comfy_org"]

    public var extraData: ExtraData {
        var extra = ExtraData(otherExtraData, pngInfo: extraPNGInfo)
        for name in PromptRequest.credentialNames {
            extra.members[name] = credentials[name].map { .string($0.reveal()) }
        }
        return extra
    }

    /// The body for a worker. Number and front go along: whoever schedules for himself clears them first.
    public var json: JSON {
        var body = head
        let extra = extraData
        if !extra.isEmpty { body["extra_data"] = .object(extra.json) }
        return .object(body)
    }

    /// All but `extra_data`.
    private var head: JSONObject {
        var body = JSONObject()
        body["client_id"] = clientID.map { .string($0) }
        body["prompt_id"] = promptID.map { .string($0) }
        body["prompt"] = .object(prompt)
        if let number {
            body["number"] = .number(number)
        } else if front {
            body["front"] = true
        }
        body["partial_execution_targets"] = targets.map { .texts($0) }
        return body
    }

    /// The same as `json`, with what is for pictures as it was spelled.
    public func encoded() -> [UInt8] {
        var out = JSON.object(head).encoded()
        let extra = extraData
        guard !extra.isEmpty else { return out }
        // `prompt` is always there, so this is not the first member.
        out.removeLast()
        out.append(contentsOf: ",\"extra_data\":".utf8)
        extra.write(to: &out)
        out.append(UInt8(ascii: "}"))
        return out
    }
}

extension PromptRequest: CustomReflectable {
    /// Texts of prompts are private: dumps show sizes only.
    public var customMirror: Mirror { Mirror(self, children: ["nodes": prompt.count, "promptID": promptID ?? ""]) }
}
