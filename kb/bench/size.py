"""How large a seeded database is."""

from dataclasses import dataclass
from typing import Self

IDEAS = 15  # a school
CYCLES = 60
CASES = 1
RECORDS = IDEAS + CYCLES + CASES


@dataclass(frozen=True, slots=True)
class Size:
    """The number of schools and of each kind of item."""

    schools: int
    ideas: int
    cycles: int
    cases: int

    @classmethod
    def of_schools(cls, schools: int) -> Self:
        """Return the size of that many schools."""
        return cls(schools, IDEAS * schools, CYCLES * schools, CASES * schools)

    @classmethod
    def of_records(cls, records: int) -> Self:
        """Return the size of exactly that many items in the usual shares."""
        ideas, cases = max(1, records * IDEAS // RECORDS), records * CASES // RECORDS
        return cls(max(1, round(records / RECORDS)), ideas, records - ideas - cases, cases)

    @property
    def records(self) -> int:
        """The number of items."""
        return self.ideas + self.cycles + self.cases
