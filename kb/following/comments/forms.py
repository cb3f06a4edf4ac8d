"""The forms of comments: what is said, and why something should go."""

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.following.comments.rules import LONGEST, LONGEST_REASON, CommentKind
from kb.privacy.rules import hits
from kb.web.forms import Form, LineField, TextField, choices

_HINT = _("Never a student’s name, nor anything by which one could be recognized. Markdown works: *slanted*, **bold**.")


class WordsForm(Form):
    """Words that others will read. ``confirmed`` names what the privacy guard found and the writer has looked at."""

    words = TextField(
        _("Your words"),
        longest=LONGEST,
        rows=6,
        validators=(DataRequired(_("Write something first.")),),
        description=_HINT,
    )
    confirmed = wtforms.StringField(_("I have looked at this: nobody can be recognized."))
    doubts: str = ""  # what a tick confirms, as it stands in the page

    def is_ready(self, minimum: int) -> bool:
        """Say whether this may be sent; what the privacy guard asks about stands at the field after."""
        if not self.validate():
            return False
        found = hits({"words": self.words.data or ""}, minimum=minimum)
        looked_at = set((self.confirmed.data or "").split())
        new = [hit for hit in found if hit.fingerprint not in looked_at]
        for hit in new:
            self.refuse(gettext("“%(words)s”: %(advice)s", words=hit.words, advice=hit.advice), "words")
        self.doubts = " ".join(hit.fingerprint for hit in found) if new else ""
        return not new


class SayForm(WordsForm):
    """A comment or a question on a record."""

    kind = wtforms.RadioField(
        _("What is it?"),
        choices=choices(
            [
                (CommentKind.QUESTION.value, _("A question to those who did this")),
                (CommentKind.COMMENT.value, _("A comment")),
            ]
        ),
        default=CommentKind.QUESTION.value,
        validators=[DataRequired(_("Choose one."))],
    )


class AnswerForm(WordsForm):
    """An answer to a comment or a question."""


class ReasonForm(Form):
    """Why a comment should go."""

    reason = LineField(
        _("What is wrong with it?"),
        longest=LONGEST_REASON,
        validators=(DataRequired(_("Say in a few words what is wrong with it.")),),
    )
