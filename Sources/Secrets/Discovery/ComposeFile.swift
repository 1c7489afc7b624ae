/// What a compose file wants from its folder: variables out of `.env`, and single files that it mounts.
///
/// Source: the Compose specification, chapters interpolation, services (`environment`, `volumes`) and secrets.
public struct ComposeFile: Hashable {
    /// Variables that hold a secret by their name and have nothing to stand in for them, in the order of the file.
    private(set) var needs: [String] = []
    /// Sources of mounts that may be files, as they are written: relative ones begin with a dot.
    private(set) var mounts: [String] = []

    /// - Throws: What libyaml says.
    init(_ bytes: [UInt8]) throws(YAMLPlace.Failure) {
        let scalars = try YAMLScalars.read(bytes)
        var known: Set<String> = []
        for scalar in scalars {
            for name in Self.variables(of: scalar) where known.insert(name).inserted { needs.append(name) }
            if let mount = Self.mount(scalar) { mounts.append(mount) }
        }
    }

    private static func variables(of scalar: YAMLScalar) -> [String] {
        var names = ComposeTemplate.variables(in: Array(scalar.text.utf8)[...]).filter { $0.fallback != .text }
            .map(\.name)
        // A key of `environment` alone takes its value from outside.
        let parts = scalar.names
        if parts.count == 4, parts[0] == "services", parts[2] == "environment" {
            if Int(parts[3]) != nil {
                if DotenvBytes.isName(Array(scalar.text.utf8)) { names.append(scalar.text) }
            } else if scalar.isPlain, scalar.text.isEmpty || scalar.text == "null" || scalar.text == "~" {
                names.append(parts[3])
            }
        }
        return names.filter { KnownKeys.values[$0] != nil || SecretName.matches($0) }
    }

    private static func mount(_ scalar: YAMLScalar) -> String? {
        let (names, text) = (scalar.names, scalar.text)
        guard !text.contains("$") else { return nil }
        // `services/x/volumes/0` is `source:target:mode`, and a name without a dot or slash is a volume.
        if names.count == 4, names[0] == "services", names[2] == "volumes", Int(names[3]) != nil {
            let source = text.prefix { $0 != ":" }
            return source.count < text.count && (source.hasPrefix(".") || source.hasPrefix("/")) ? String(source) : nil
        }
        if names.count == 5, names[0] == "services", names[2] == "volumes", names[4] == "source" {
            return text.hasPrefix(".") || text.hasPrefix("/") ? text : nil
        }
        // Outside a swarm a secret is a mount of its file.
        if names.count == 3, names[0] == "secrets" || names[0] == "configs", names[2] == "file" { return text }
        return nil
    }

    /// A mount's source relative to the project's folder; nil for one outside it.
    ///
    /// - Parameter folder: Of the compose file, "" for the project's own.
    public static func path(of mount: String, in folder: String) -> String? {
        guard !mount.hasPrefix("/") else { return nil }
        var parts = folder.split(separator: "/")
        for part in mount.split(separator: "/") {
            if part == "." { continue }
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }
}
