/// `. file` in a POSIX shell: assignments, `export`, comments. Whatever else a shell would run makes the file
/// unreadable here.
///
/// Source: POSIX XCU chapter 2; compared with dash and bash. The shell has no arguments and no options.
struct ShellReader {
    /// Ends the reading of the whole file: from here on a shell may do anything.
    struct Refusal: Error {
        let obstacle: DotenvObstacle
        let index: Int
    }

    let bytes: ArraySlice<UInt8>
    var index: Int
    let lookup: DotenvLookup
    private var view = DotenvView()
    private var line = (index: 0, number: 1)

    static func read(_ bytes: [UInt8], lookup: @escaping DotenvLookup) -> DotenvView {
        var reader = ShellReader(bytes: bytes[...], index: 0, lookup: lookup)
        do throws(Refusal) {
            if let nul = bytes.firstIndex(of: 0) { throw Refusal(obstacle: .nul, index: nul) }
            while reader.index < bytes.count { try reader.readCommand() }
            return reader.view
        } catch {
            return DotenvView(refusal: error.obstacle, line: reader.line(of: error.index))
        }
    }

    private init(bytes: ArraySlice<UInt8>, index: Int, lookup: @escaping DotenvLookup) {
        (self.bytes, self.index, self.lookup) = (bytes, index, lookup)
    }

    var byte: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    /// The line of a place that is not in front of the last one asked for.
    private mutating func line(of index: Int) -> Int {
        line.number += bytes[line.index..<max(index, line.index)].count { $0 == DotenvBytes.newline }
        line.index = max(index, line.index)
        return line.number
    }

    private mutating func readCommand() throws(Refusal) {
        skipBlanks()
        switch byte {
        case nil: return
        case DotenvBytes.newline: index += 1
        case DotenvBytes.hash: skipComment()
        default:
            let start = index
            let exports = skipExport()
            var words = 0
            while let byte, !endsCommand(byte) {
                if byte == DotenvBytes.hash { break }
                try readWord(exports: exports, isFirst: words == 0, start: start)
                words += 1
                skipBlanks()
            }
            try endCommand(isEmpty: words == 0 && !exports)
        }
    }

    /// `;`, a line end, a comment.
    private mutating func endCommand(isEmpty: Bool) throws(Refusal) {
        switch byte {
        case UInt8(ascii: ";"):
            index += 1
            guard !isEmpty, byte != UInt8(ascii: ";") else { throw Refusal(obstacle: .command, index: index - 1) }
        case DotenvBytes.hash: skipComment()
        case DotenvBytes.newline: index += 1
        default: break
        }
    }

    private func endsCommand(_ byte: UInt8) -> Bool { byte == DotenvBytes.newline || byte == UInt8(ascii: ";") }

    private mutating func skipBlanks() {
        while let byte {
            if byte == DotenvBytes.space || byte == 0x09 {
                index += 1
            } else if bytes[index...].starts(with: [DotenvBytes.backslash, DotenvBytes.newline]) {
                index += 2
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        index = bytes[index...].firstIndex(of: DotenvBytes.newline) ?? bytes.endIndex
    }

    /// Over `export` and blanks, when something to export follows.
    private mutating func skipExport() -> Bool {
        let word = Array("export".utf8)
        let after = index + word.count
        guard bytes[index...].starts(with: word), after < bytes.endIndex,
            bytes[after] == DotenvBytes.space || bytes[after] == 0x09
        else { return false }
        index = after
        skipBlanks()
        return true
    }

    /// One word of a command that consists of assignments; throws for every other command but those that can do
    /// nothing.
    private mutating func readWord(exports: Bool, isFirst: Bool, start: Int) throws(Refusal) {
        let nameEnd = bytes[index...].firstIndex { !DotenvBytes.continuesName($0) } ?? bytes.endIndex
        let name = bytes[index..<nameEnd]
        if DotenvBytes.isName(name), nameEnd < bytes.endIndex, bytes[nameEnd] == DotenvBytes.equals {
            if ShellNames.readOnly.contains(String(decoding: name, as: UTF8.self)) {
                throw Refusal(obstacle: .dialect, index: index)
            }
            let line = line(of: index)
            index = nameEnd + 1
            var word = ShellWord(exports: exports)
            try readValue(&word)
            // All words of `export` are expanded before the first is assigned.
            if exports, !isFirst, word.expands { word.obstacle = .dialect }
            let key = Array(name)
            if ShellNames.changing.contains(String(decoding: name, as: UTF8.self)) { word.obstacle = .shellState }
            assign(word, to: key, line: line)
            return
        }
        if exports, DotenvBytes.isName(name), nameEnd == bytes.endIndex || endsWord(bytes[nameEnd]) {
            index = nameEnd
            return
        }
        try skipHarmlessWord(isOnly: isFirst && !exports, start: start)
    }

    private mutating func assign(_ word: ShellWord, to key: [UInt8], line: Int) {
        for (name, value) in word.assigned { view[name] = .value(DotenvValue(value)) }
        view[key] = word.obstacle.map { .unreadable($0, line: line) } ?? .value(DotenvValue(word.value))
    }

    func endsWord(_ byte: UInt8) -> Bool {
        byte == DotenvBytes.space || byte == 0x09 || byte == DotenvBytes.newline || byte == UInt8(ascii: ";")
    }

    /// A line that is one word which no shell has a builtin or a keyword for: `A.B=1`, a key behind a byte order mark,
    /// `TOKEN`. At worst a program of that name runs, and a program cannot change the shell's variables.
    private mutating func skipHarmlessWord(isOnly: Bool, start: Int) throws(Refusal) {
        let begin = index
        let head = bytes[index...].prefix { !endsWord($0) && $0 != DotenvBytes.equals }
        let plain = Array("._-/:,@%\r".utf8)
        let isPlain = head.allSatisfy { DotenvBytes.continuesName($0) || $0 >= 0x80 || plain.contains($0) }
        index = head.endIndex
        let hasValue = byte == DotenvBytes.equals
        // Builtins and keywords are lower case.
        let isNoBuiltin = hasValue || head.contains { (0x41...0x5A).contains($0) || $0 >= 0x80 || $0 == 0x0D }
        guard isOnly, isPlain, isNoBuiltin, !head.isEmpty else { throw Refusal(obstacle: .command, index: start) }
        if hasValue {
            index += 1
            var word = ShellWord(exports: false)
            try readValue(&word)
            for (name, value) in word.assigned { view[name] = .value(DotenvValue(value)) }
        }
        view[Array(bytes[begin..<head.endIndex])] = .unreadable(.notAName, line: line(of: begin))
        skipBlanks()
        guard byte.map({ endsCommand($0) || $0 == DotenvBytes.hash }) ?? true else {
            throw Refusal(obstacle: .command, index: start)
        }
    }

    /// A variable's value: of this file, else of the environment; nil when it is not set.
    func value(of name: [UInt8], in word: ShellWord) -> [UInt8]? {
        word.assigned.last { $0.name == name }?.value ?? view.bytes(of: name) ?? lookup(name)
    }

    /// Why a variable cannot be told, when it cannot.
    func obstacle(of name: [UInt8]) -> DotenvObstacle? {
        switch view[name] {
        case .unreadable(let obstacle, _): obstacle
        case .value: nil
        case .absent:
            ShellNames.own.contains(String(decoding: name, as: UTF8.self)) ? .shellState : nil
        }
    }
}

/// Variables that a shell sets by itself.
enum ShellNames {
    /// What is assigned to them is not, or not for long, what they hold; some shells refuse it.
    static let changing: Set<String> = [
        "BASHOPTS", "BASHPID", "BASH_ARGV0", "BASH_COMMAND", "BASH_SUBSHELL", "BASH_VERSINFO", "COMP_WORDBREAKS",
        "DIRSTACK",
        "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD", "LINENO", "OPTIND", "PIPESTATUS",
        "PPID",
        "RANDOM", "SECONDS", "SHELLOPTS", "SRANDOM", "UID", "_",
    ]
    private static let longestChanging = 15

    static func isChanging(_ name: Span<UInt8>) -> Bool {
        name.count <= longestChanging && changing.contains(String(decoding: name))
    }

    /// Bash as `sh` gives up when one of them is assigned, other shells take them for any variable.
    static let readOnly: Set<String> = ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"]
    static let own: Set<String> = changing.union([
        "BASH", "BASH_VERSION", "HOSTNAME", "HOSTTYPE", "IFS", "MACHTYPE", "OLDPWD", "OPTERR", "OSTYPE", "PATH", "PS1",
        "PS2",
        "PS4", "PWD", "SHELL", "SHLVL", "TERM",
    ])
}
