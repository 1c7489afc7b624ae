import Basics

/// Judges and converts one literal value.
struct LiteralCheck {
    let spec: InputSpec
    /// The node's.
    let classType: String
    let validator: WorkflowValidator

    /// Longest list of values quoted in an answer.
    private static let longestList = 20

    /// - Parameter value: Unwrapped from `__value__` and converted to the declared type, as far as that went.
    func judge(_ value: inout JSON) -> PromptFault? {
        if case .object(let object) = value, let inner = object["__value__"] { value = inner }
        do { value = try converted(value) } catch {
            return PromptFault(
                "invalid_input_type", "Failed to convert an input value to a \(PythonText.str(spec.rawType)) value",
                details: "\(spec.name), \(PythonText.str(value)), \(error.message)",
                extraInfo: extra(value, ["exception_message": .string(error.message)]))
        }
        if let kind = PathInputs.checkedKind(spec, of: classType) {
            return file(value, classType, kind)
        }
        if PathInputs.ownChecks.contains(classType) { return nil }
        return range(value) ?? choice(value)
    }

    private func converted(_ value: JSON) throws(PythonFault) -> JSON {
        switch spec.type {
        case .int: try PythonText.int(value)
        case .float: try PythonText.float(value)
        case .string: .string(PythonText.str(value))
        case .boolean: .bool(PythonText.bool(value))
        default: value
        }
    }

    private func extra(_ value: JSON, _ more: KeyValuePairs<String, JSON> = [:], quote: Bool = true) -> JSONObject {
        var info = JSONObject([
            "input_name": .string(spec.name), "input_config": quote ? spec.config : .null, "received_value": value,
        ])
        for (key, value) in more { info[key] = value }
        return info
    }

    private func range(_ value: JSON) -> PromptFault? {
        if let minimum = spec.options["min"], PythonText.less(value, minimum) == true {
            return PromptFault(
                "value_smaller_than_min",
                "Value \(PythonText.str(value)) smaller than min of \(PythonText.str(minimum))",
                details: spec.name, extraInfo: extra(value))
        }
        if let maximum = spec.options["max"], PythonText.less(maximum, value) == true {
            return PromptFault(
                "value_bigger_than_max", "Value \(PythonText.str(value)) bigger than max of \(PythonText.str(maximum))",
                details: spec.name, extraInfo: extra(value))
        }
        return nil
    }

    private func choice(_ value: JSON) -> PromptFault? {
        guard let choices = spec.choices else { return nil }
        var wrong = [value]
        if case .array(let items) = value, spec.flag("multiselect") { wrong = items }
        wrong.removeAll { item in choices.contains { PythonText.equal($0, item) } }
        guard !wrong.isEmpty else { return nil }
        let isShort = choices.count <= LiteralCheck.longestList
        let list = isShort ? PythonText.repr(.array(choices)) : "(list of length \(choices.count))"
        let shown =
            validator.flavour == .classic
            ? "'\(PythonText.str(value))'" : wrong.map(PythonText.repr).joined(separator: ", ")
        return PromptFault(
            "value_not_in_list", "Value not in list", details: "\(spec.name): \(shown) not in \(list)",
            extraInfo: extra(value, quote: isShort))
    }

    private func file(_ value: JSON, _ classType: String, _ kind: String) -> PromptFault? {
        guard let exists = validator.fileExists else { return nil }
        let name = PythonText.str(value)
        guard !exists(classType, spec.name, name) else { return nil }
        return PromptFault(
            "custom_validation_failed", "Custom validation failed for node",
            details: "\(spec.name) - Invalid \(kind) file: \(name)", extra: ["input_name": .string(spec.name)])
    }
}
