// Reports of unwanted calls: from request to what is kept.

import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import Platform

extension LookupRoutes {
    /// `POST /v1/report`. The answer is the same whether the report counts, was made before or comes from a test key:
    /// who wants to harm a number learns nothing from it.
    func report(_ request: HTTPRequest) -> Reply {
        keyed(request, .report) { [self] admission in
            let number: E164
            let tag: ReportTag
            switch reportFields(request) {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let fields): (number, tag) = fields
            }
            let accepted = Replies.json(Replies.report(number, tag), status: .accepted)
            let credential = admission.credential
            let isPrepaid = credential.account.tier.isBilled
            guard !credential.key.isTest, isPrepaid || policy.countsFreeReports else { return .ready(accepted) }
            let report = SpamReport(
                number: number, account: credential.account.id, tag: tag, reportedAt: clock.wall(),
                isPrepaid: isPrepaid)
            return .pending { [self] in
                switch await reports.report(report, deadline: storageDeadline(request)) {
                case .success: accepted
                case .failure: Replies.unavailable(request)
                }
            }
        }
    }

    private func reportFields(_ request: HTTPRequest) -> Result<(E164, ReportTag), BodyFault> {
        fields(request).flatMap { fields in
            do throws(BodyFault) {
                let (text, tag, country) = try parts(fields) { fields throws(JSONInputError) in
                    (
                        try fields.string("number", length: 0...LookupQuery.numberCharactersMax),
                        try fields.choice("tag", as: ReportTag.self),
                        try fields.optionalString("country", length: 0...16)
                    )
                }
                let plan = plan.value
                let read = NumberReading.read(
                    text, country: try self.country(country, plan), input: .any, plan: plan)
                guard let number = read?.e164(in: plan) else {
                    throw .invalid(
                        "Field `number`: expected a valid number such as +14155552671, or one as dialled in `country`; "
                            + "found another text. POST /v1/parse says why.")
                }
                return .success((number, tag))
            } catch {
                return .failure(error)
            }
        }
    }
}
