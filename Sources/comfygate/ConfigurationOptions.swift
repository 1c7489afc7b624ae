internal import Basics
internal import CommandLineKit
internal import Gate
internal import Glibc

/// `--config` and `--set`, for every command that needs the configuration.
struct ConfigurationOptions: Sendable {
    static let file = Option<FilePath>(
        "config",
        Message(
            "options.config", en: "The configuration file; comfygate.yaml here or in /etc/comfygate otherwise",
            fr: "Le fichier de configuration ; sinon comfygate.yaml ici ou dans /etc/comfygate"))
    static let set = Option<Assignment>(
        "set", isRepeatable: true,
        Message("options.set", en: "Choose the value of a key", fr: "Choisit la valeur d’une clé"))
    static let all: [any Parameter] = [file, set]

    private let file: FilePath?
    private let assignments: [Assignment]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        file = try arguments.get(Self.file)
        assignments = try arguments.all(Self.set)
    }

    /// Reads everything and reports nothing yet.
    ///
    /// - Parameter flags: A command's own flags for single keys; they count as `--set` does.
    func load(
        _ environment: [String: String], flags: [ConfigurationSources.Override] = []
    ) -> ConfigurationReport {
        let file = file?.text ?? Self.found(in: ".", environment)
        return Self.load(file, environment, assignments.map { .init($0.key, $0.value, flag: "--set") } + flags)
    }

    /// - Parameter file: Nil for the defaults.
    static func load(
        _ file: String?, _ environment: [String: String], _ overrides: [ConfigurationSources.Override] = []
    ) -> ConfigurationReport {
        var sources = ConfigurationSources(cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), now: .now())
        (sources.file, sources.environment, sources.overrides) = (file, environment, overrides)
        return ConfigurationLoader.load(sources) { (path, limit) throws(ConfigurationFileError) in
            do throws(FileBytes.Failure) {
                return try FileBytes.read(path, limit: limit)
            } catch {
                throw ConfigurationFileError(reason: error.reason)
            }
        }
    }

    /// The file that counts where none is named; nil where there is none.
    ///
    /// - Parameter folder: Where the command is at work.
    static func found(in folder: String, _ environment: [String: String]) -> String? {
        if let named = environment["COMFYGATE_CONFIG"], !named.isEmpty { return named }
        let own = folder == "." ? "comfygate.yaml" : folder + "/comfygate.yaml"
        return [own, "/etc/comfygate/comfygate.yaml"].first { unsafe access($0, F_OK) == 0 }
    }
}

extension ConfigurationReport {
    /// Says every problem on a line of its own, warnings after them.
    func report(to terminal: Terminal) {
        for problem in problems { terminal.report(problem.failure) }
        for warning in warnings { terminal.report(warning.failure, asWarning: true) }
    }
}

extension ConfigurationProblem {
    var failure: CommandFailure { CommandFailure(at: place, what, remedy) }
}

/// `key=value`.
struct Assignment: ArgumentValue, Hashable {
    let key: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        (key, value) = (String(parts[0]), String(parts[1]))
    }
    var argument: String { "\(key)=\(value)" }
    static var placeholder: String { "KEY=VALUE" }
    static let remedy = Message(
        "options.write_assignment", en: "Write a key, an equals sign and a value, such as loops=2.",
        fr: "Écrivez une clé, un signe égal et une valeur, par exemple loops=2.")
}
