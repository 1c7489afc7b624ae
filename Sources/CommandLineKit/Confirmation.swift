public import Basics
internal import Glibc

extension Terminal {
    /// Whether somebody can be asked: what the command shows goes to a screen, and there is a keyboard.
    public var canAsk: Bool {
        guard outputIsTerminal, let descriptor = Confirmation.openTerminal() else { return false }
        close(descriptor)
        return true
    }

    /// Asks at the controlling terminal, never of what is piped in: yes, or anything else for no.
    ///
    /// - Parameter question: Without the choice of answers, which is added.
    /// - Throws: `CommandFailure` when there is no terminal.
    public func confirm(_ question: Phrase) throws(CommandFailure) -> Bool {
        guard let descriptor = Confirmation.openTerminal() else {
            throw CommandFailure(at: "/dev/tty", KitMessages.secretNoTerminal())
        }
        defer { close(descriptor) }
        return Confirmation.ask(text(question).visibleControls + " " + text(KitMessages.confirmChoice), at: descriptor)
    }
}

/// A question with two answers.
enum Confirmation {
    /// Bytes of an answer.
    static let limit = 64

    static func openTerminal() -> Int32? {
        let descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        return descriptor >= 0 ? descriptor : nil
    }

    /// One line, with the terminal's own editing: Ctrl-C ends the program as everywhere.
    static func ask(_ question: String, at descriptor: Int32) -> Bool {
        // What was typed before the question is no answer to it.
        tcflush(descriptor, TCIFLUSH)
        DescriptorSink(descriptor).write(question + " ")
        var line: [UInt8] = []
        while line.count <= limit {
            var byte: UInt8 = 0
            let count = unsafe read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            // Ctrl-D, or the terminal is gone.
            guard count == 1 else { return false }
            if byte == 0x0A || byte == 0x0D { return isYes(line) }
            line.append(byte)
        }
        return false
    }

    /// In either language, whichever the question was asked in.
    static func isYes(_ line: [UInt8]) -> Bool {
        let words = String(decoding: line, as: UTF8.self).lowercased().split(separator: " ")
        return words.count == 1 && ["y", "yes", "o", "oui"].contains(words[0])
    }
}
