public import Basics

/// What a validator may look at besides the prompt.
public struct PromptContext {
    public let flavour: ComfyFlavour
    /// As `/object_info` shows it now: combos with the models and input files there are.
    public let objectInfo: JSONObject
    /// True when the file that a loader's input names is there; takes the input's text, `[output]` endings included.
    public let inputExists: (String) -> Bool
}

/// How a prompt was judged.
public enum PromptVerdict {
    /// At least one output runs: the coerced graph, the outputs in order, and what `node_errors` of the 200 says.
    case accepted(prompt: JSONObject, outputs: [String], nodeErrors: JSONObject)
    /// The two members of the 400.
    case rejected(error: JSON, nodeErrors: JSONObject)
    /// The validator of the real server would raise: 500.
    case failed
}

/// Judges a prompt as `validate_prompt` of ComfyUI's `execution.py` does.
public protocol PromptValidating {
    /// - Parameters:
    ///   - prompt: The request's `prompt` member, of any kind.
    ///   - targets: `partial_execution_targets`, nil when absent.
    func judge(_ prompt: JSON, targets: [String]?, in context: PromptContext) -> PromptVerdict
}

extension PromptVerdict {
    static func error(_ type: String, _ message: String, _ details: String, _ extra: JSON = [:]) -> JSON {
        ["type": .string(type), "message": .string(message), "details": .string(details), "extra_info": extra]
    }
}
