"""The questions of a page as they stand below each other: each under the one whose answer leads to it."""

from dataclasses import dataclass, field

from portal.views.asking import Asked
from portal.wording import say
from workflows.vocabulary import OfEach, Question, choices_of


@dataclass
class Branch:
    """A question with those that an answer to it leads to, on the same page."""

    question: Question
    after: tuple[int, ...] = ()
    """With which of the answers to the question above it, from 1 on, this one is asked; none: always."""
    after_words: str = ""
    followers: list["Branch"] = field(default_factory=list)


def of(asked: Asked) -> list[Branch]:
    """The questions that are always on the page, in order, with their followers."""
    found = {each.name: Branch(each) for each in asked.questions}
    top: list[Branch] = []
    for branch in found.values():
        leads = asked.step.follows(branch.question)
        if leads is None or leads[0] not in found:
            top.append(branch)
            continue
        name, branch.after = leads
        choices = choices_of(found[name].question)
        branch.after_words = ", ".join(say(choices[number - 1][1]) for number in branch.after)
        found[name].followers.append(branch)
    return top


def of_each(question: OfEach) -> dict[str, tuple[tuple[int, ...], str]]:
    """By question about a thing: with which of the answers to the first one it is asked, and those in words."""
    choices = choices_of(question.questions[0])
    after = {each.name: question.follows(each) for each in question.questions}
    return {
        name: (numbers, ", ".join(say(choices[number - 1][1]) for number in numbers)) for name, numbers in after.items()
    }
