internal import Basics
internal import Stack

extension Check {
    /// Certificates in the project's files, and on the ways that were followed.
    static let ofCertificates = [expiredCertificate, endingCertificate]

    /// What is left when an automatic renewal has failed for a fortnight: Let's Encrypt's clients begin 30 days before.
    private static let notice: Int64 = 14 * 86_400

    private static func certificates(
        _ survey: Survey, _ matches: (_ secondsLeft: Int64) -> Bool
    ) -> [Trace] {
        let inFiles = (survey.files.value?.certificates ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let onWays = survey.ways.compactMap { way in way.certificateEnd.map { (way.url, $0) } }
        return (inFiles + onWays).filter { matches($0.1.seconds - survey.time.seconds) }.map { place, end in
            Trace(
                place,
                ["date": String(end.rfc3339.prefix(10)), "days": "\((end.seconds - survey.time.seconds) / 86_400)"])
        }
    }

    private static let remedyText = Message(
        "check.certificate.remedy",
        en:
            "Renew it (certbot renew; of your own making: openssl req -x509), and let the server read it anew. Delete the file if "
            + "nothing uses it.",
        fr:
            "Renouvelez-le (certbot renew ; s’il est de votre fabrication : openssl req -x509), puis faites-le relire au serveur. "
            + "Supprimez le fichier si rien ne s’en sert.")

    static let expiredCertificate = Check(
        "certificate.expired", .hardening, .error,
        Message(
            "check.certificate.expired", en: "No certificate has expired", fr: "Aucun certificat n’a expiré"),
        evidence: Message(
            "check.certificate.expired.evidence", en: "it ended on {date}: clients refuse the server that shows it",
            fr: "il a expiré le {date} : les clients refusent le serveur qui le présente"),
        remedy: remedyText, needs: [.certificates]
    ) { survey in certificates(survey) { $0 <= 0 } }

    static let endingCertificate = Check(
        "certificate.ends_soon", .hardening, .warning,
        Message(
            "check.certificate.ends_soon", en: "No certificate ends within a fortnight",
            fr: "Aucun certificat n’expire dans les quinze jours"),
        evidence: Message(
            "check.certificate.ends_soon.evidence", en: "it ends on {date}, in {days} days",
            fr: "il expire le {date}, dans {days} jours"),
        remedy: remedyText, needs: [.certificates]
    ) { survey in certificates(survey) { $0 > 0 && $0 < notice } }
}
