internal import Basics
internal import Checkup
internal import CLinux
internal import CommandLineKit
internal import Glibc
internal import Loop

/// A file that a report is written to; the ending of its name says as what.
struct ReportFile: Sendable, Hashable {
    private static let ending = Message(
        "check.output.ending", en: "--output: {path} ends with none of {endings}",
        fr: "--output : {path} ne finit par aucun de {endings}")
    private static let name = Message(
        "check.output.name", en: "The ending says what is written.", fr: "La fin du nom dit ce qui est écrit.")
    private static let unwritable = Message(
        "check.output.unwritable", en: "the report cannot be written: {reason}",
        fr: "le rapport ne peut être écrit : {reason}")
    private static let elsewhere = Message(
        "check.output.elsewhere", en: "Name a file in a folder that is there, has room, and that you may write to.",
        fr: "Nommez un fichier dans un dossier qui existe, a de la place, et où vous pouvez écrire.")
    private static let written = Message("check.output.written", en: "Written: {path}", fr: "Écrit : {path}")
    static let messages = [ending, name, unwritable, elsewhere, written]

    let path: String
    let form: ReportForm
    /// Where it lies: `.` for a name alone.
    var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    init(_ path: FilePath) throws(UsageError) {
        guard let form = ReportForm(path: path.text) else {
            throw UsageError(Self.ending(["path": path.text, "endings": ReportForm.endings]), Self.name())
        }
        (self.path, self.form) = (path.text, form)
    }

    /// Writes it and says so, or says why not.
    ///
    /// - Returns: Whether it is written.
    func write(_ sheet: ReportSheet, _ terminal: Terminal) -> Bool {
        let error = Self.replace(path, with: Array(sheet.text(form).utf8))
        guard error == 0 else {
            let reason = Self.unwritable(["reason": systemMessage(error)])
            terminal.report(CommandFailure(at: path, reason, Self.elsewhere()))
            return false
        }
        terminal.say(Self.written(["path": path]))
        return true
    }

    /// Beside its place first: who reads the file while it is replaced sees the old one or the new one, whole.
    ///
    /// - Returns: The system's error number or 0.
    static func replace(_ path: String, with bytes: [UInt8]) -> Int32 {
        let draft = "\(path).\(String(UInt32.random(in: 0 ... .max), radix: 36)).new"
        let descriptor = unsafe gate_open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard descriptor >= 0 else { return gate_errno() }
        var error = writeBytes(bytes, to: descriptor)
        if error == 0, fsync(descriptor) != 0 { error = gate_errno() }
        if close(descriptor) != 0, error == 0 { error = gate_errno() }
        if error == 0, unsafe rename(draft, path) != 0 { error = gate_errno() }
        if error != 0 { _ = unsafe unlink(draft) }
        return error
    }
}
