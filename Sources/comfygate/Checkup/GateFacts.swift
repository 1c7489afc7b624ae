internal import Basics
internal import Checkup
internal import Gate

/// The gate's own configuration, as a check sees it.
enum GateFacts {
    /// What the gate would say if it were started; nil where there is no configuration.
    ///
    /// - Parameter root: The project's folder.
    static func mistakes(below root: String, _ environment: [String: String]) -> [Survey.Mistake]? {
        guard let file = ConfigurationOptions.found(in: root, environment) else { return nil }
        return ConfigurationOptions.load(file, environment).problems.map { problem in
            Survey.Mistake(place: problem.place, what: problem.what, remedy: problem.remedy)
        }
    }
}
