"""The kind ``choose``: takes the first way whose condition is true."""

from __future__ import annotations

from flows.definition.kind import Advance, DeadEnd, KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import Step
from flows.definition.phrases import condition_words
from flows.definition.sampling.examples import give_first_exit
from flows.definition.sentences import Segments, choice, tell
from flows.definition.words import join_words, slug_words, type_words
from flows.kinds.instant import Instant


def case_ports(step: Step) -> tuple[str, ...]:
    """The ports that the cases of ``step`` name, each once, in their order."""
    cases = step.settings.get("cases")
    rows = cases if isinstance(cases, list) else []
    ports = (row.get("port") for row in rows if isinstance(row, dict))
    return tuple(dict.fromkeys(port for port in ports if isinstance(port, str)))


def _describe(step: Step) -> str:
    ports = [slug_words(port) for port in case_ports(step)]
    return f"Choose {join_words(ports, 'or')}: the first that holds" if ports else "Choose one way of several"


def _tell(step: Step) -> Segments:
    rows = step.settings.get("cases")
    cases = [case for case in rows if isinstance(case, dict)] if isinstance(rows, list) else []
    told = [f"{slug_words(str(case.get('port') or '…'))} when {condition_words(case.get('when'))}" for case in cases]
    return tell(
        "go by {it}", it=choice("cases", step.settings, words=join_words(told, "or else"), missing="nothing yet")
    )


class Choose(Instant):
    """``cases: [{when, port}]``: asked one by one; those after the first true one are never evaluated."""

    spec = KindSpec(
        key="choose",
        label="Choose",
        group="logic",
        icon="directions",
        family="pure",
        describe=_describe,
        summary="one way of several",
        sentence=_tell,
        example=give_first_exit,
        settings=(
            Setting(
                name="cases",
                type="cases",
                label="Cases",
                help="From top to bottom: the first that is true decides the way on. If none is, it is “otherwise”.",
                required=True,
                lazy=True,
                sample=[{"when": "= trigger.body.amount > 1000", "port": "large"}],
            ),
        ),
        ports=("default",),
        ports_of=case_ports,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Leave by the first true case, else by ``default`` where that is linked, else end the branch."""
        for index, case in enumerate(call.settings["cases"]):
            verdict = case["when"]()
            if not isinstance(verdict, bool):
                raise StepError(
                    "expression.failed",
                    f"The condition of case {index + 1} must be true or false, but is {type_words(verdict)}. "
                    "Compare it with something, for instance '= steps.x.amount > 100'.",
                    details={"at": f"/cases/{index}/when"},
                )
            if verdict:
                return Advance(port=case["port"], output={"port": case["port"]})
        if "default" in call.step.links:
            return Advance(port="default", output={"port": "default"})
        reason = f"No case of '{call.step.title}' was true, and it has no default way."
        return DeadEnd(reason=reason, output={"port": None})


CHOOSE = Choose()
