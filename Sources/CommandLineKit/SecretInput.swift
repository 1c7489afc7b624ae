public import Basics
internal import Glibc

/// Where a secret comes from; never from an option's value, which every process list shows.
public enum SecretInput: Sendable, Hashable {
    /// Asked for at the controlling terminal, without echo.
    case terminal(prompt: String)
    /// `--token-stdin`: standard input up to its end.
    case standardInput
    case file(String)
    /// `NAME`, or the file that `NAME_FILE` names; nil when neither is set.
    case environment(String)

    /// - Throws: `CommandFailure` with the source as its place; the secret is in no message.
    public func read(_ environment: [String: String]) throws(CommandFailure) -> Secret? {
        switch self {
        case .terminal(let prompt): return try HiddenPrompt.ask(prompt)
        case .standardInput:
            // Typed at a terminal it would be shown.
            guard isatty(0) == 0 else {
                throw CommandFailure(at: "stdin", KitMessages.secretTerminal(), KitMessages.secretPipe())
            }
            return try Self.secret("stdin") { () throws(FileBytes.Failure) in
                try FileBytes.read(descriptor: 0, limit: Secret.longest)
            }
        case .file(let path):
            return try Self.secret(path) { () throws(FileBytes.Failure) in
                try FileBytes.read(path, limit: Secret.longest)
            }
        case .environment(let name):
            switch (environment[name], environment[name + "_FILE"]) {
            case (nil, nil): return nil
            case (.some, .some):
                throw CommandFailure(at: name, KitMessages.secretBoth(["name": name]), KitMessages.secretChoose())
            case (let value?, nil): return try Self.secret(name) { Array(value.utf8) }
            case (nil, let path?): return try SecretInput.file(path).read(environment)
            }
        }
    }

    private static func secret(
        _ place: String, _ bytes: () throws(FileBytes.Failure) -> [UInt8]
    ) throws(CommandFailure) -> Secret {
        let content: [UInt8]
        do {
            content = try bytes()
        } catch {
            throw CommandFailure(at: place, KitMessages.fileUnreadable(["reason": error.reason]))
        }
        return try secret(place, content)
    }

    fileprivate static func secret(_ place: String, _ content: [UInt8]) throws(CommandFailure) -> Secret {
        do {
            return try Secret(reading: content)
        } catch {
            switch error {
            case .empty: throw CommandFailure(at: place, KitMessages.secretEmpty())
            case .notText: throw CommandFailure(at: place, KitMessages.secretNotText())
            case .tooLong(let limit): throw CommandFailure(at: place, KitMessages.secretLong(["limit": "\(limit)"]))
            }
        }
    }
}

/// A question at a terminal whose answer is not shown.
enum HiddenPrompt {
    static func ask(_ prompt: String) throws(CommandFailure) -> Secret {
        let descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            throw CommandFailure(at: "/dev/tty", KitMessages.secretNoTerminal(), KitMessages.secretElsewhere())
        }
        defer { close(descriptor) }
        return try ask(prompt, at: descriptor)
    }

    /// Leaves the terminal as it was on every way out.
    static func ask(_ prompt: String, at descriptor: Int32) throws(CommandFailure) -> Secret {
        var before = termios()
        guard unsafe tcgetattr(descriptor, &before) == 0 else {
            throw CommandFailure(at: "/dev/tty", KitMessages.secretNoTerminal(), KitMessages.secretElsewhere())
        }
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        unsafe tcsetattr(descriptor, TCSADRAIN, &hidden)
        defer { unsafe tcsetattr(descriptor, TCSADRAIN, &before) }
        let screen = DescriptorSink(descriptor)
        screen.write(prompt)
        defer { screen.write("\n") }
        var editor = LineEditor(limit: Secret.longest)
        while true {
            var byte: UInt8 = 0
            let count = unsafe read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { throw CommandFailure(at: "/dev/tty", KitMessages.secretCancelled()) }
            switch editor.feed(byte) {
            case .more: continue
            case .done(let line): return try SecretInput.secret("/dev/tty", line)
            case .cancelled: throw CommandFailure(at: "/dev/tty", KitMessages.secretCancelled())
            case .tooLong:
                throw CommandFailure(at: "/dev/tty", KitMessages.secretLong(["limit": "\(Secret.longest)"]))
            }
        }
    }
}
