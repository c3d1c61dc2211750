"""The closed sets of a definition: what a file may say in a field where only certain words are known."""

from enum import StrEnum


class InstrumentKind(StrEnum):
    """What a questionnaire asks about; a check-in is never scored."""

    DIFFICULTIES = "difficulties"
    STRENGTHS = "strengths"
    CHECK_IN = "check-in"


class Side(StrEnum):
    """Which side of a relationship a questionnaire is about, in the order of the catalogue."""

    GIVING = "giving"
    RECEIVING = "receiving"
    BOUNDARIES = "boundaries"
    FLOWS = "flows"
    OTHER = "other"
    ALL = "all"


class ScoreKind(StrEnum):
    """How a score is computed: the mean rescaled to 0 to 100, the mean of the values, or their sum."""

    STRETCHED = "stretched"
    MEAN = "mean"
    SUM = "sum"


class AnswerWords(StrEnum):
    """Whether the labels of the answers are frequencies; other labels are quoted in sentences."""

    FREQUENCY = "frequency"
    OTHER = "other"


class ItemMode(StrEnum):
    """What a question asks for."""

    BEHAVIOUR = "behaviour"
    THOUGHT = "thought"
    FEELING = "feeling"
    COST = "cost"
    OTHER = "other"


class ItemRole(StrEnum):
    """Whether a high answer to a question is a difficulty or a strength."""

    DIFFICULTY = "difficulty"
    STRENGTH = "strength"


class SafetyFlag(StrEnum):
    """What an answer can prompt the clinician to ask about."""

    NONE = "none"
    BURDEN = "burden"
    FEAR = "fear"


class EvidenceLevel(StrEnum):
    """How far a questionnaire was tested, as its evidence card says."""

    DRAFTED = "drafted"
    EXPERT_REVIEWED = "expert-reviewed"
    COGNITIVELY_TESTED = "cognitively-tested"
    PILOTED = "piloted"
    PUBLISHED = "published"
