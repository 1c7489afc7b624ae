internal import Basics
internal import Glibc

extension Program {
    /// Runs one command line and returns the exit code: 0 success, 1 failure, 2 usage.
    ///
    /// - Parameters:
    ///   - arguments: Without the program's own name.
    ///   - willRun: Called with the words that lead to a command, before anything of it runs.
    public func run(
        _ arguments: [String], environment: [String: String], output: any TextSink, error: any TextSink,
        width: Int = 80, willRun: (_ path: [String]) -> Void = { _ in }
    ) async -> Int32 {
        func terminal(_ options: GlobalOptions) -> Terminal {
            Terminal(
                program: name, options: options, environment: environment, width: width, output: output, error: error)
        }
        var parser = ArgumentParser(self, arguments)
        let invocation: Invocation
        do {
            invocation = try parser.parse()
        } catch let mistake {
            return report(mistake, at: parser.path, terminal(parser.globals))
        }
        let terminal = terminal(parser.globals)
        if case .command(let path, _, _) = invocation { willRun(path) }
        let code = await run(invocation, terminal, isEmpty: arguments.isEmpty)
        guard let failure = output.failure else { return code }
        // A reader that has seen enough (`| head`) closes the pipe: not worth a word.
        if failure != EPIPE {
            terminal.report(nil, terminal.text(KitMessages.outputLost), terminal.text(KitMessages.checkDisk))
        }
        return max(code, 1)
    }

    private func run(_ invocation: Invocation, _ terminal: Terminal, isEmpty: Bool) async -> Int32 {
        switch invocation {
        case .version:
            terminal.put(["name": JSON(name), "version": JSON(version)]) { "\(name) \(version)\n" }
            return 0
        case .help(let path, let node):
            let help = Help(self, path, node).render(terminal.language, width: terminal.width)
            // Asked for, help is data; in place of a command it is a word to a person.
            if isEmpty { terminal.writeError(help) } else { terminal.put(verbatim: help) }
            return isEmpty ? 2 : 0
        case .command(let path, let type, let arguments):
            return await run(type, arguments, path, terminal)
        }
    }

    private func run(
        _ type: any Command.Type, _ arguments: ParsedArguments, _ path: [String], _ terminal: Terminal
    ) async -> Int32 {
        do {
            try await type.init(arguments).run(terminal)
            return 0
        } catch let mistake as UsageError {
            return report(mistake, at: path, terminal)
        } catch let failure as CommandFailure {
            terminal.report(failure)
        } catch let failure as GateError {
            terminal.report(
                failure.code.rawValue, terminal.text(failure.phrase),
                failure.detailPhrase.map { "(\(terminal.text($0)))" })
        } catch let failure as ExitFailure {
            return failure.code
        } catch {
            let place = path.joined(separator: " ")
            terminal.report(place, terminal.text(KitMessages.unexpected(["error": "\(error)"])), nil)
        }
        return 1
    }

    private func report(_ mistake: UsageError, at path: [String], _ terminal: Terminal) -> Int32 {
        let help = KitMessages.seeHelp(["command": ([name] + path + ["--help"]).joined(separator: " ")])
        let remedy = terminal.text(mistake.remedy ?? help)
        terminal.report(path.joined(separator: " "), terminal.text(mistake.what), remedy)
        return 2
    }

    /// What `@main` calls: this process's words, environment and streams.
    ///
    /// SIGPIPE is ignored from here on, so that a closed pipe is an error number and not a death.
    ///
    /// - Parameter willRun: As `run` takes it; the environment has been read by then.
    public func main(willRun: (_ path: [String]) -> Void = { _ in }) async -> Int32 {
        _ = signal(SIGPIPE, SIG_IGN)
        let columns = DescriptorSink.standardOutput.columns ?? DescriptorSink.standardError.columns
        return await run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessEnvironment.read(),
            output: DescriptorSink.standardOutput, error: DescriptorSink.standardError, width: columns ?? 80,
            willRun: willRun)
    }
}

/// The environment this process was started with.
public enum ProcessEnvironment {
    /// Read from the kernel: the C variable `environ` may change under the reader. Names that are not UTF-8 are repaired.
    public static func read() -> [String: String] {
        guard let bytes = try? FileBytes.read("/proc/self/environ", limit: 8 << 20) else { return [:] }
        return parse(bytes)
    }

    /// `NAME=value` with a NUL behind each; the first of two equal names counts, as for getenv(3).
    static func parse(_ bytes: [UInt8]) -> [String: String] {
        var environment: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self)
            if environment[name] == nil {
                environment[name] = String(decoding: entry[entry.index(after: equals)...], as: UTF8.self)
            }
        }
        return environment
    }
}
