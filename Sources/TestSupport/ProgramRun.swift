internal import Basics
internal import Loop

/// A program that is run to its end.
///
/// In place of Foundation's `Process`, which with Swift 6.3 reads beyond its buffer when some 1,400 descriptors are open.
public enum ProgramRun {
    /// What the program writes, standard output and then standard error; no more is asked of it.
    public static func output(_ program: String, _ arguments: [String]) -> String {
        do {
            let result = try ChildProcess(program, arguments).run()
            return String(decoding: result.output + result.errors, as: UTF8.self)
        } catch {
            preconditionFailure("\(program) does not start: \(systemMessage(error.code))")
        }
    }
}
