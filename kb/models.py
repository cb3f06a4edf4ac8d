"""Every table, imported in one place so that migrations and tests see them all."""

from kb.accounts.models import (
    Identity,
    Invitation,
    Membership,
    Password,
    PasswordReset,
    Person,
    SignIn,
    Throttle,
)
from kb.attachments.models import Attachment, Blob
from kb.cases.models import CaseSection
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
from kb.drivers.models import Driver, DriverIdea
from kb.feed import ChangeCounter
from kb.following.asking.models import VisitorQuestion
from kb.following.comments.models import Comment, CommentReport
from kb.following.digest.models import Digest, DigestChoice
from kb.following.models import Follow
from kb.following.problems.models import PrivacyProblem
from kb.glossary.models import Term
from kb.history import History
from kb.hub.bulk.models import BulkImport, BulkRow
from kb.ideas.models import ChangeIdea, IdeaMerge
from kb.items.models import Adaptation, Credit, Item, ItemTag, Link, Publication, Revision, Tag, TagAlias
from kb.jobs.models import Job
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.networks.models import Network, OpenQuestion, SchoolNetwork
from kb.packages.models import Package, PackageEntry
from kb.privacy.models import Confirmation
from kb.reviews.models import ReviewComment
from kb.saved.models import SavedSearch, SearchOwner
from kb.schools.models import School, SchoolContext
from kb.search.models import UnansweredQuery
from kb.search.postgres.tables import search_document, search_index, search_posting
from kb.writing.capture.models import Note
from kb.writing.models import Draft, SentForm

__all__ = [
    "Adaptation",
    "Attachment",
    "Blob",
    "BulkImport",
    "BulkRow",
    "CaseSection",
    "ChangeCounter",
    "ChangeIdea",
    "Comment",
    "CommentReport",
    "Confirmation",
    "Credit",
    "Cycle",
    "Digest",
    "DigestChoice",
    "Draft",
    "Driver",
    "DriverIdea",
    "Follow",
    "History",
    "IdeaMerge",
    "Identity",
    "Invitation",
    "Item",
    "ItemTag",
    "Job",
    "Link",
    "Membership",
    "Method",
    "MethodQuestion",
    "MethodStep",
    "MethodVersion",
    "Network",
    "Note",
    "OpenQuestion",
    "Package",
    "PackageEntry",
    "Password",
    "PasswordReset",
    "Person",
    "Prediction",
    "PrivacyProblem",
    "Publication",
    "Result",
    "ReviewComment",
    "Revision",
    "SavedSearch",
    "School",
    "SchoolContext",
    "SchoolNetwork",
    "SearchOwner",
    "SentForm",
    "SignIn",
    "StepAnswer",
    "Tag",
    "TagAlias",
    "Term",
    "Throttle",
    "UnansweredQuery",
    "VisitorQuestion",
    "search_document",
    "search_index",
    "search_posting",
]
