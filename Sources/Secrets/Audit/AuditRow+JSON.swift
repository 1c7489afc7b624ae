public import Basics

extension AuditRow {
    /// An element of `comfygate secrets audit --json`.
    public func write(to json: inout PrettyJSON, in language: Language) {
        json.object { json in
            json.key("credential")
            json.value(credential)
            json.key("path")
            json.value(path)
            json.key("kind")
            json.value(kind.rawValue)
            json.key("key")
            json.value(key)
            json.key("holds")
            json.value(value?.rawValue)
            json.key("shown")
            json.value(shown)
            json.key("ok")
            json.value(isOK)
            json.key("notes")
            json.array { json in for note in notes { json.value(note.explanation(in: language)) } }
            json.key("states")
            json.array { json in
                for state in states {
                    json.object { json in
                        json.key("state")
                        json.value(state.code)
                        json.key("reason")
                        json.value(state.reason(in: language))
                    }
                }
            }
        }
    }
}
