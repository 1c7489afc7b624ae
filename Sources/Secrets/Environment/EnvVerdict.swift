internal import Basics

/// What stands behind a key, judged by the schema. The check and the rebuild ask the same question here.
enum EnvVerdict: Hashable {
    case sound
    case empty
    case placeholder
    case noHash(HashVerdict)
    /// The hash stands where its raw token belongs.
    case hashForRaw
    case wrongForm(EnvSchema.Form)
    case notOneOf([String])

    /// In words; nil when nothing is wrong.
    var phrase: Phrase? {
        switch self {
        case .sound: nil
        case .empty: EnvMessages.empty()
        case .placeholder: EnvMessages.placeholder()
        case .noHash(let verdict): verdict.phrase
        case .hashForRaw: EnvMessages.hashForRaw()
        case .wrongForm(.boolean): EnvMessages.noBoolean()
        case .wrongForm(.url): EnvMessages.noURL()
        case .wrongForm(.port): EnvMessages.noPort()
        case .wrongForm: EnvMessages.noText()
        case .notOneOf(let values): EnvMessages.notOneOf(["values": values.joined(separator: ", ")])
        }
    }
}

extension EnvSchema {
    /// - Parameters:
    ///   - value: As somebody meant it: no quotes around it.
    ///   - isTemplate: It takes other variables, so its form cannot be told.
    func verdict(on value: [UInt8], of name: String, isTemplate: Bool = false) -> EnvVerdict {
        let text = String(validating: value, as: UTF8.self)
        guard let key = self[name] else {
            // A word such as `none` is a setting like any other where no secret belongs.
            let isSecret = Self.soundsSecret(name)
            if value.isEmpty { return isSecret ? .empty : .sound }
            guard let text else { return .wrongForm(.text) }
            return Placeholder.matches(text) && (isSecret || !Self.isPlainWord(text)) ? .placeholder : .sound
        }
        if value.isEmpty { return key.mayBeEmpty ? .sound : .empty }
        if key.form == .hash {
            let verdict = HashVerdict(judging: value)
            if verdict == .hash { return .sound }
            return verdict == .placeholder ? .placeholder : verdict == .empty ? .empty : .noHash(verdict)
        }
        guard let text else { return .wrongForm(.text) }
        if !key.values.isEmpty, key.values.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { return .sound }
        if Placeholder.matches(text), key.isSecret || !Self.isPlainWord(text) { return .placeholder }
        if isTemplate { return .sound }
        if !key.values.isEmpty { return .notOneOf(key.values) }
        if key.form == .raw, HashVerdict(judging: value) == .hash { return .hashForRaw }
        return key.form.fits(text) ? .sound : .wrongForm(key.form)
    }

    private static func isPlainWord(_ text: String) -> Bool {
        ["none", "null", "token", "password", "secret"].contains(text.lowercased())
    }
}

extension EnvSchema.Form {
    fileprivate func fits(_ text: String) -> Bool {
        switch self {
        case .hash, .raw, .text: return true
        case .boolean: return ["true", "false", "yes", "no", "on", "off", "1", "0"].contains(text.lowercased())
        case .port:
            guard text.utf8.count <= 5, text.utf8.allSatisfy(DotenvBytes.isDigit) else { return false }
            return (1...65_535).contains(Int(text) ?? 0)
        case .url:
            let bytes = Array(text.utf8)
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
                bytes[..<colon].allSatisfy({ (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "+") }),
                bytes[(colon + 1)...].starts(with: "//".utf8), bytes.count > colon + 3,
                bytes[colon + 3] != UInt8(ascii: "/")
            else { return false }
            return bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        }
    }
}
