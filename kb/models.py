"""Every table, imported in one place so that migrations and tests see them all."""

from kb.accounts.models import Membership, Person, SignIn
from kb.cases.models import CaseSection
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
from kb.drivers.models import Driver, DriverIdea
from kb.feed import ChangeCounter
from kb.glossary.models import Term
from kb.history import History
from kb.hub.models import BulkImport, BulkRow
from kb.ideas.models import ChangeIdea, IdeaMerge
from kb.items.models import Adaptation, Credit, Item, ItemTag, Link, Publication, Revision, Tag, TagAlias
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.networks.models import Network, OpenQuestion, SchoolNetwork
from kb.saved.models import SavedSearch
from kb.schools.models import School, SchoolContext
from kb.search.models import UnansweredQuery
from kb.search.postgres.tables import search_document, search_index, search_posting

__all__ = [
    "Adaptation",
    "BulkImport",
    "BulkRow",
    "CaseSection",
    "ChangeCounter",
    "ChangeIdea",
    "Credit",
    "Cycle",
    "Driver",
    "DriverIdea",
    "History",
    "IdeaMerge",
    "Item",
    "ItemTag",
    "Link",
    "Membership",
    "Method",
    "MethodQuestion",
    "MethodStep",
    "MethodVersion",
    "Network",
    "OpenQuestion",
    "Person",
    "Prediction",
    "Publication",
    "Result",
    "Revision",
    "SavedSearch",
    "School",
    "SchoolContext",
    "SchoolNetwork",
    "SignIn",
    "StepAnswer",
    "Tag",
    "TagAlias",
    "Term",
    "UnansweredQuery",
    "search_document",
    "search_index",
    "search_posting",
]
